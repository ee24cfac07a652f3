// A verdict in words: of a proof what was proved and how, of a simulation how much was compared.

import { count } from "./dom.js";

export function verdictWords(verdict, against) {
  const proof = verdict.diagnostics.find((one) => one.tool === "equivalence");
  const kind = verdict.failure_class ? `${verdict.failure_class.replaceAll("_", " ")}: ` : "";
  const wrong = verdict.mismatches ? `, ${count(verdict.mismatches)} wrong` : "";
  const what = proof ? proof.message : `${count(verdict.checks)} checks${wrong}`;
  return `${kind}${what}${against ? `, against ${against}` : ""}`;
}
