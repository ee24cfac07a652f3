// Colours for code: words, numbers, strings, comments, directives. No more than a reader needs.

import { el } from "./dom.js";

const VERILOG = new Set((
  "module endmodule input output inout wire reg logic bit byte int integer real parameter localparam " +
  "assign always always_ff always_comb always_latch initial begin end if else case casez casex endcase " +
  "for while repeat forever function endfunction task endtask generate endgenerate genvar posedge negedge " +
  "or and not default typedef enum struct packed unsigned signed package endpackage import interface " +
  "endinterface modport class endclass return assert property endproperty sequence endsequence unique priority"
).split(" "));
const OTHERS = new Set((
  "class object def val var extends with new override import package when otherwise elsewhen switch is " +
  "if else for while match case true false None from return yield as in not and or lambda global void int " +
  "float double const static template typename struct namespace using auto unsigned __global__ __shared__ __device__"
).split(" "));
const TOKEN = /(\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|#(?=[^\n]*\bpragma\b)[^\n]*)|("(?:\\.|[^"\\\n])*"?)|(`\w+)|(\b\d+'s?[bodhBODH][\w?]+|'[01xz]\b|\b\d[\w.]*)|([A-Za-z_$]\w*)|([\s\S])/g;

export function highlighted(text, language = "") {
  const words = /scala|chisel|python|py|cuda|cpp|c\b|triton/i.test(language) ? OTHERS : VERILOG;
  const pieces = [];
  let plain = "";
  const flush = () => {
    if (plain) pieces.push(document.createTextNode(plain));
    plain = "";
  };
  for (const found of text.matchAll(TOKEN)) {
    const [whole, comment, string, directive, number, word] = found;
    const kind = comment ? "c" : string ? "s" : directive ? "d" : number ? "n" : word && words.has(word) ? "k" : "";
    if (!kind) {
      plain += whole;
    } else {
      flush();
      pieces.push(el("span", { class: kind }, whole));
    }
  }
  flush();
  return pieces;
}

// The same line by line, with comments of several lines kept whole.
export function highlightedLines(text, language = "") {
  const lines = [[]];
  for (const piece of highlighted(text, language)) {
    const parts = piece.textContent.split("\n");
    parts.forEach((part, number) => {
      if (number) lines.push([]);
      if (!part) return;
      lines.at(-1).push(piece.nodeType === Node.TEXT_NODE ? part : el("span", { class: piece.className }, part));
    });
  }
  return lines;
}
