"""How many samples the golden design of each VerilogEval problem gets through.

A candidate that makes the testbench see fewer has ended the simulation early. The counts were
measured by running the corrected references on Icarus Verilog 11; stimulus and `$random` are the
language's, so they hold for every simulator. Keys hash the corrected testbench and reference: a
problem that is not in the table, from a changed copy of the dataset, is measured when it is met.
"""

from __future__ import annotations

import hashlib

from gatewright.core import TestbenchSpec

_KEY_DIGITS = 12


def known_samples(spec: TestbenchSpec) -> int | None:
    """The golden design's sample count for a corrected problem, or None if it is not known."""
    return _SAMPLES.get(key(spec))


def key(spec: TestbenchSpec) -> str:
    """What the table is keyed with: testbench and reference, without their names."""
    texts = (source.text for source in (*spec.testbench, *spec.reference))
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:_KEY_DIGITS]


# fmt: off
_SAMPLES = {
    "0175868a355d": 141, "057c4524bf6d": 241, "0760ee544b2e": 200, "08282f8ff6a4": 219,
    "0a119ddb395c": 200, "0e2d339aa8ef": 116, "0f17dd339f88": 219, "10efe7a8a575": 100,
    "11014df5effd": 1041, "12ac69646521": 228, "13dffd1f0f0c": 1414, "1775416cceb2": 121,
    "18b2290a5452": 443, "1a84725d7e57": 41, "1a9a23c62b47": 219, "1b70ccb029e0": 261,
    "1feb70129ec8": 218, "24cd3667a5e6": 433, "253e6e28f349": 241, "276c2c401a8d": 400,
    "29849a52464f": 240, "29dc261dbfe4": 436, "2a085ac51034": 1006, "2be2789b624b": 100,
    "2c475d306121": 202, "2ca2053b7ee5": 218, "2d97a76882a0": 100, "313061f62e30": 100,
    "3131fde0d7c2": 229, "37337a06ca07": 114, "3c9903b8c0aa": 100, "3cdc707101f6": 110,
    "3cee361f4046": 232, "3d221704cc7a": 20, "3fa97949e488": 200, "3fd1f782d3b6": 58,
    "4044a02305b0": 436, "421300293a97": 213, "4287c02fcc69": 219, "433e0b7c254f": 200,
    "458e34397a61": 432, "4683d47469b6": 1054, "4c0953b4c2cb": 200, "4c29ed1d2920": 232,
    "4d688b37d3f4": 100, "4d689d74966a": 443, "4e6918e570a9": 121, "4f2c7a4131fb": 232,
    "4f7dc9789551": 114, "5196c1f9a9ba": 214, "56b198f6baf4": 19, "57f67cb528f7": 2000,
    "5b7c86cc6c41": 120, "5c41e3fb9ca7": 422, "5c4560e8f5e8": 100, "6011e7f55345": 1002,
    "6079e34f3306": 436, "61f419288a69": 122, "629e8a45ec67": 200, "636090c6e0f9": 7121,
    "64cfdb6586b6": 1083, "651836052d79": 1619, "6ac217ffa453": 230, "6cd625503d29": 439,
    "6ed9c0dc52f7": 218, "6ee983fb7d0e": 220, "706879770109": 100, "71fbdf7852e0": 2055,
    "72318b92bc9b": 100, "72406fd489de": 530, "742d3d5be8f2": 600, "77c3c613173a": 94,
    "7a5179e5ba21": 219, "7b182edc4259": 5023, "7b521e3df288": 30020, "7bf14ae9aefe": 100,
    "7d1127304c7c": 239, "7e0369defcc4": 905, "80dfe64867fa": 427, "81be247c7ec4": 643,
    "82e338b4d831": 121, "85c04946cf14": 227, "8679120105ca": 352413, "8c2e0a84ac58": 100,
    "8ef730212d81": 200, "90330b979604": 215, "9154dec1453d": 235447, "91c6707d5521": 5069,
    "938de89738b4": 219, "94b4179ec899": 220, "94f7a17cbf22": 2000, "9681dfcd0ee9": 436,
    "9688cfce3fc3": 299, "9913e7e5ffeb": 400411, "9945bf862701": 439, "9a51a3b6a77f": 1054,
    "9c5bc096ade7": 118, "9df1f18d3f9c": 2071, "9e531eff988e": 122, "9f3bd75406cb": 21,
    "9f7b70bacae8": 228, "a07f5d5c511d": 210, "a1dccafe38ae": 100, "a2c0db195301": 200,
    "a9ebcdb21be6": 100, "aa2d0032560b": 499, "aca727b89fd7": 123, "acb1196b2a8c": 239,
    "af0a6d8eb0c4": 60, "af843a524b5e": 440, "b02efa2cf1c8": 201, "b1b580390a01": 421,
    "b1d2c222faa2": 905, "b2f0af561141": 41, "b3179695e29b": 100, "b329c545ec12": 110,
    "b560c93fd5a2": 113, "b9195f2f0dc2": 400, "b9e033077cd4": 245, "bc0f28968fe2": 120,
    "bcb04688eb9c": 112, "bf3878472c92": 126, "c2e279fc1512": 266, "c316be5fa597": 20,
    "c3378f8a8933": 300, "c3d0970cf74b": 39805, "c4f8a3c67314": 439, "c8120985970a": 1003,
    "c9bb99930bed": 100, "cb77fbd96b5b": 118, "cde3fca61391": 201, "ce0919f6cf27": 224,
    "cf12fae59cec": 6283, "cfc2c4ec2b1c": 234, "d178ee60951a": 230, "d1989080f8d3": 100,
    "d2aea75814e5": 224, "d2ce4fec417d": 107, "d4cd15570b95": 4443, "d7d716b64ba1": 200,
    "da77d0884707": 2040, "dab0afc770d3": 100, "db8a59d37700": 1051, "dc7020015c56": 8027,
    "dd33f463aba1": 200, "df4150e83b5f": 4005, "e1db51fc279a": 100, "e712a2f6872e": 230,
    "e7e83bd9ae09": 199, "e9afce5690f9": 121, "e9be4fcb359f": 232, "eb2d6f9804c4": 801,
    "ecdc76ac7e18": 121, "ed5af67332f8": 100, "ef394b598eec": 2000, "f159e1bf724a": 100,
    "f4a1b548646e": 4041, "f593c3a7b7a3": 7127, "f820651ab432": 213, "f9da3828b029": 248,
    "fa49493a3acd": 118, "fba6807b040e": 441, "fe7db64304a9": 114, "fe86fbf8d3b7": 2040,
    "fe94e225f0c8": 346,
}
# fmt: on
