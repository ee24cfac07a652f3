"""Hand-written layouts: what is read, what is refused."""

from __future__ import annotations

import pytest

from gatewright.agents.symbolic import Strength, emit, normalise, oracle_testbench, read

READ = {
    "kmap corner bars": r"""
Module named top.
- input a
- input b
- input c
- input d
- output f
Implement the K-map:
| ab\cd | 00 | 01 | 11 | 10 |
|-------|----|----|----|----|
| 00 | 1 | 0 | 0 | 1 |
| 01 | 0 | x | 0 | 1 |
| 11 | 1 | 0 | 1 | 1 |
| 10 | 1 | 0 | 0 | - |
""",
    "kmap box": r"""
Module named top.
- input a
- input b
- input c
- input d
- output f
Karnaugh map
┌───────┬────┬────┬────┬────┐
│ ab\cd │ 00 │ 01 │ 11 │ 10 │
├───────┼────┼────┼────┼────┤
│  00   │ 1  │ 0  │ 0  │ 1  │
│  01   │ 0  │ 1  │ 0  │ 1  │
│  11   │ 1  │ 0  │ 1  │ 1  │
│  10   │ 1  │ 0  │ 0  │ 0  │
└───────┴────┴────┴────┴────┘
""",
    "kmap labels": """\
Module named top.
- input a
- input b
- input c
- input d
- output f

|       | cd=00 | cd=01 | cd=11 | cd=10 |
|-------|-------|-------|-------|-------|
| ab=00 | 1 | 0 | 0 | 1 |
| ab=01 | 0 | 1 | 0 | 1 |
| ab=11 | 1 | 0 | 1 | 1 |
| ab=10 | 1 | 0 | 0 | 0 |
""",
    "kmap csv": r"""
- input a
- input b
- input c
- output f
The function is given by this K-map (rows a, columns bc):
a\bc,00,01,11,10
0,1,0,1,0
1,0,1,1,0
""",
    "kmap tabs": r"""
- input a
- input b
- input c
- output f
K-map:
a\bc	00	01	11	10
0	1	0	1	0
1	0	1	1	0
""",
    "kmap slash fits": """\
- input a
- input b
- input c
- output f
K-map
a/bc 00 01 11 10
0 1 0 0 1
1 0 1 0 1
""",
    "kmap left var": """\
Module named top.
- input a
- input b
- input c
- input d
- output f

        CD
       00 01 11 10
AB 00 | 1 | 0 | 0 | 1 |
   01 | 0 | 1 | 0 | 1 |
   11 | 1 | 0 | 1 | 1 |
   10 | 1 | 0 | 0 | 0 |
""",
    "tt md": """\
- input a
- input b
- input c
- output f
| a | b | c | f |
|---|---|---|---|
| 0 | 0 | 0 | 0 |
| 0 | 0 | 1 | 1 |
| 0 | 1 | 0 | 1 |
| 0 | 1 | 1 | 0 |
| 1 | 0 | 0 | 1 |
| 1 | 0 | 1 | 0 |
| 1 | 1 | 0 | 0 |
| 1 | 1 | 1 | 1 |
""",
    "tt grouped": """\
- input a
- input b
- input c
- output f
a b c | f
------+--
0 0 - | 0
0 1 x | 1
1 0 0 | 1
1 0 1 | 0
1 1 0 | 0
1 1 1 | 1
""",
    "tt csv": """\
Inputs: a, b
Outputs: s, co
a,b,s,co
0,0,0,0
0,1,1,0
1,0,1,0
1,1,0,1
""",
    "tt tab": """\
Inputs: a, b
Outputs: s, co
a	b	s	co
0	0	0	0
0	1	1	0
1	0	1	0
1	1	0	1
""",
    "tt vec": """\
- input [1:0] sel
- output [3:0] y
sel | y
00 | 0001
01 | 0010
10 | 0100
11 | 1000
""",
    "tt group head": """\
- input a
- input b
- output [1:0] y
| ab | y |
|----|---|
| 00 | 01 |
| 01 | 10 |
| 10 | 11 |
| 11 | 00 |
""",
    "T ff": """\
- input clk
- input t
- output q
A T flip-flop with the characteristic table:
| T | Q(t+1) |
|---|---|
| 0 | Q(t) |
| 1 | ~Q(t) |
""",
    "D ff": """\
- input clk
- input D
- output Q
| D | Q(t+1) |
|---|---|
| 0 | 0 |
| 1 | 1 |
""",
    "JK with old": """\
- input clk
- input J
- input K
- output Q
| J | K | Q(t) | Q(t+1) |
|---|---|---|---|
|0|0|0|0|
|0|0|1|1|
|0|1|0|0|
|0|1|1|0|
|1|0|0|1|
|1|0|1|1|
|1|1|0|1|
|1|1|1|0|
""",
    "mux lookup": """\
- input [1:0] sel
- input [7:0] a
- input [7:0] b
- input [7:0] c
- output [7:0] y
| sel | y |
|---|---|
| 2'b00 | a |
| 2'b01 | b |
| 2'b10 | c |
| others | 0 |
""",
    "minterm": """\
- input a
- input b
- input c
- output f
f(a,b,c) = Σm(1,2,4) + Σd(7)
""",
    "minterm2": """\
- input a
- input b
- input c
- output F
F(a, b, c) = sum m(1, 2, 4), d(7)
""",
    "maxterm": """\
- input a
- input b
- input c
- output f
f(a,b,c) = ΠM(1,2,4)
""",
    "eq": """\
- input a
- input b
- input c
- output f
The boolean expression is f = a'b + bc' + (a ^ c).
""",
    "eq2": """\
- input a
- input b
- output f
- output g
Logic equations:
 f = a AND NOT b
 g = a XOR b
""",
    "fsm arrow": """\
- input clk
- input rst
- input x
- output z
Moore machine, synchronous active-high reset to state A.
A (z=0) --x=0--> A
A (z=0) --x=1--> B
B (z=1) --x=0--> A
B (z=1) --x=1--> B
""",
    "fsm z": """\
- input clk
- input rst
- input x
- output z
The reset is synchronous and active high; it goes to S0.
S0 (z=0) --(x=1)--> S1
S0 (z=0) --(x=0)--> S0
S1 (z=1) --(x=0)--> S0
S1 (z=1) --(x=1)--> S1
""",
    "mermaid": """\
- input clk
- input rst
- input x
- output z
Synchronous reset to A.
```mermaid
stateDiagram-v2
    [*] --> A
    A --> A : x=0 / z=0
    A --> B : x=1 / z=0
    B --> A : x=0 / z=0
    B --> B : x=1 / z=1
```
""",
    "mermaid moore": """\
- input clk
- input rst
- input x
- output z
Active-high synchronous reset.
```mermaid
stateDiagram-v2
    [*] --> A
    A : z=0
    B : z=1
    A --> A : x=0
    A --> B : x=1
    B --> A : x=0
    B --> B : else
```
""",
    "dot": """\
- input clk
- input rst
- input x
- output z
Asynchronous reset to state A.
digraph fsm {
  A -> A [label="0/0"];
  A -> B [label="1/1"];
  B -> A [label="0/1"];
  B -> B [label="1/0"];
}
""",
    "bracket": """\
- input clk
- input rst
- input x
- output z
Asynchronous reset to state A.
  A -> A [x=0]
  A -> B [x=1]
  B -> A [x=0]
  B -> B [x=1]
  A: z=0
  B: z=1
""",
    "worded": """\
- input clk
- input rst
- input x
- output z
Asynchronous active-high reset to state A.
  A (0) -> A when x=0
  A (0) -> B when x=1
  B (1) -> A when x=0
  B (1) -> B when x=1
""",
    "table long": """\
- input clk
- input rst
- input x
- output z
Synchronous reset to S0.
| Current state | x | Next state | z |
|---|---|---|---|
| S0 | 0 | S0 | 0 |
| S0 | 1 | S1 | 0 |
| S1 | 0 | S0 | 1 |
| S1 | 1 | S1 | 1 |
""",
    "table mealy slash": """\
- input clk
- input rst
- input x
- output z
Synchronous active-high reset to A.
| Present state | x=0 | x=1 |
|---|---|---|
| A | A/0 | B/0 |
| B | A/0 | B/1 |
Entries are next state/output.
""",
    "table std": """\
- input clk
- input rst
- input x
- output z
Synchronous active-high reset to A.
| Present state | Next state (x=0) | Next state (x=1) | z |
|---|---|---|---|
| A | A | B | 0 |
| B | A | B | 1 |
""",
    "table space": """\
- input clk
- input rst
- input x
- output z
Synchronous active-high reset to A.
State   x=0   x=1   z
A       A     B     0
B       A     B     1
""",
    "active low": """\
- input clk
- input rst_n
- input x
- output z
Asynchronous active-low reset to A.
A (0) --0--> A
A (0) --1--> B
B (1) --0--> A
B (1) --1--> B
""",
    "active low 2": """\
- input clk
- input resetn
- input x
- output z
When resetn is low, the machine is synchronously reset to state A.
A (0) --0--> A
A (0) --1--> B
B (1) --0--> A
B (1) --1--> B
""",
    "two inputs": """\
- input clk
- input reset
- input a
- input b
- output z
Synchronous reset to state S0. Inputs on the arrows are ab.
S0 (0) --00--> S0
S0 (0) --01,10--> S1
S0 (0) --11--> S2
S1 (0) --0- --> S0
S1 (0) --1- --> S2
S2 (1) -- a=1 & b=1 --> S2
S2 (1) -- else --> S0
""",
    "prose iface": """\
Design a module with inputs a, b and output f implementing this truth table.
a b | f
0 0 | 1
0 1 | 0
1 0 | 0
1 1 | 1
""",
    "verilog header": """\
module xnor2(input wire a, input wire b, output reg f);
// a b | f
// 0 0 | 1
// 0 1 | 0
// 1 0 | 0
// 1 1 | 1
endmodule
""",
    "S0 arrows label after": """\
- input clk
- input rst
- input x
- output z

Synchronous active-high reset to state S0.

S0 (z=0) -> S1 (z=1) [x=1]
S0 -> S0 [x=0]
S1 -> S0 [x=0]
S1 -> S1 [x=1]
""",
    "colon": """\
- input clk
- input rst
- input x
- output z

Synchronous active-high reset to state S0.

S0/0 -> S1: x=1
S0/0 -> S0: x=0
S1/1 -> S0: x=0
S1/1 -> S1: x=1
""",
    "if": """\
- input clk
- input rst
- input x
- output z

Synchronous active-high reset to state S0.

S0 (0) -> S1 if x
S0 (0) -> S0 if !x
S1 (1) -> S0 if x == 0
S1 (1) -> S1 otherwise
""",
    "else comma": """\
- input clk
- input rst
- input x
- output z

Synchronous active-high reset to state S0.

S0 (0) -> S1, x=1
S0 (0) -> S0, x=0
S1 (1) -> S0, x=0
S1 (1) -> S1, x=1
""",
    "flow": """\
- input clk
- input rst
- input x
- output z

Synchronous active-high reset to state S0.

```mermaid
flowchart LR
 S0 -->|x=1| S1
 S0 -->|x=0| S0
 S1 -->|x=0| S0
 S1 -->|x=1| S1
```
S0: z=0
S1: z=1
""",
    "unicode arrow": """\
- input clk
- input rst
- input x
- output z

Synchronous active-high reset to state S0.

S0 (0) —1→ S1
S0 (0) —0→ S0
S1 (1) —0→ S0
S1 (1) —1→ S1
""",
    "unicode arrow2": """\
- input clk
- input rst
- input x
- output z

Synchronous active-high reset to state S0.

S0 (0) ──x=1──▶ S1
S0 (0) ──x=0──▶ S0
S1 (1) ──x=0──▶ S0
S1 (1) ──x=1──▶ S1
""",
    "bullets": """\
- input clk
- input rst
- input x
- output z

Synchronous active-high reset to state S0.

- S0 (z=0) --x=1--> S1
- S0 (z=0) --x=0--> S0
- S1 (z=1) --x=0--> S0
- S1 (z=1) --x=1--> S1
""",
    "vec in": """\
module fsm(input clk, input rst_n, input [1:0] in, output reg y);

The reset is asynchronous and active low; the reset state is IDLE.

IDLE (0) --00--> IDLE
IDLE (0) --01--> RUN
IDLE (0) --1x--> RUN
RUN (1) --11--> IDLE
RUN (1) --else--> RUN
""",
    "vec eq": """\
module fsm(input clk, input rst_n, input [1:0] in, output reg y);

The reset is asynchronous and active low; the reset state is IDLE.

IDLE (y=0) --in=2'b00--> IDLE
IDLE (y=0) --otherwise--> RUN
RUN (y=1) --in=3--> IDLE
RUN (y=1) --else--> RUN
""",
    "state table md": """\
- input clk
- input rst
- input x
- output z

Synchronous active-high reset to state S0.

| Present State | Next State (x=0) | Next State (x=1) | Output (z) |
|:---:|:---:|:---:|:---:|
| S0 | S0 | S1 | 0 |
| S1 | S0 | S1 | 1 |
""",
    "state table mealy": """\
- input clk
- input rst
- input x
- output z

Synchronous active-high reset to state S0.

| Present State | Next State x=0 | Next State x=1 | Output z x=0 | Output z x=1 |
|---|---|---|---|---|
| S0 | S0 | S1 | 0 | 0 |
| S1 | S0 | S1 | 0 | 1 |
""",
    "codes table": """\
- input clk
- input reset
- input x
- output z

Reset is synchronous, active high, to state 00.

Present state | x=0 | x=1 | z
00 | 00 | 01 | 0
01 | 10 | 01 | 0
10 | 00 | 01 | 1
""",
    "kmap AB/CD letters upper": """\
Inputs: A, B, C, D
Output: F

K-map (rows AB, columns CD):

|    | 00 | 01 | 11 | 10 |
|----|----|----|----|----|
| 00 | 1 | 0 | 0 | 1 |
| 01 | 0 | 1 | 0 | 1 |
| 11 | 1 | 0 | 1 | 1 |
| 10 | 1 | 0 | 0 | 0 |
""",
    "kmap corner only rows": r"""
Inputs: A, B, C, D
Output: F

|AB \ CD|00|01|11|10|
|---|---|---|---|---|
|00|1|0|0|1|
|01|0|1|0|1|
|11|1|0|1|1|
|10|1|0|0|0|
""",
    "kmap lower names": """\
Inputs: A, B, C, D
Output: F

     ab
cd   00 01 11 10
00   1 0 0 1
01   0 1 0 1
11   1 0 1 1
10   1 0 0 0
""",
    "kmap nongray no": """\
Inputs: A, B, C, D
Output: F

     AB
CD   00 01 10 11
00   1 0 0 1
01   0 1 0 1
10   1 0 1 1
11   1 0 0 0
""",
    "kmap 1-based": """\
- input [4:1] x
- output f

       x[1]x[2]
x[3]x[4] 00 01 11 10
00 1 0 0 1
01 0 1 0 1
11 1 0 1 1
10 1 0 0 0
""",
    "kmap subscripts": """\
- input x1
- input x2
- input x3
- output f

    x₁x₂
x₃   00 01 11 10
0 1 0 0 1
1 0 1 0 1
""",
    "tt decimals": """\
- input [1:0] s
- output [3:0] y

s | y
0 | 1
1 | 2
2 | 4
3 | 8
""",
    "tt binary y": """\
- input [1:0] s
- output [3:0] y

s[1] | s[0] | y
0 | 0 | 0001
0 | 1 | 0010
1 | 0 | 0100
1 | 1 | 1000
""",
    "tt y bits": """\
- input [1:0] s
- output [1:0] y

s[1] s[0] | y[1] y[0]
0 0 | 0 1
0 1 | 1 0
1 0 | 1 1
1 1 | 0 0
""",
    "priority enc": """\
- input [3:0] d
- output [1:0] y
- output v

d[3] d[2] d[1] d[0] | y v
0 0 0 0 | xx 0
0 0 0 1 | 00 1
0 0 1 - | 01 1
0 1 - - | 10 1
1 - - - | 11 1
""",
    "7seg": """\
- input [3:0] n
- output [6:0] seg

| n | seg |
|---|---|
| 0 | 1111110 |
| 1 | 0110000 |
| default | 0000000 |
""",
    "d with en": """\
- input clk
- input en
- input d
- output q

| en | d | q(next) |
|---|---|---|
| 0 | x | q |
| 1 | 0 | 0 |
| 1 | 1 | 1 |
""",
    "two eq": """\
Inputs: a, b, c
Outputs: x, y

Equations: x = a & b; y = b | ~c;
""",
    "eq list": """\
Inputs: a, b, c
Outputs: x, y

Implement these logic functions:
- x = ab + c'
- y = (a + b)(b + c)
""",
    "minterms Sigma sub": r"""
Inputs: a, b, c
Output: f

f(a,b,c) = \sum m(0,2,5)
""",
}

REFUSED = {
    "kmap slash equal": """\
Module named top.
- input a
- input b
- input c
- input d
- output f

ab/cd 00 01 11 10
00 1 0 0 1
01 0 1 0 1
11 1 0 1 1
10 1 0 0 0
""",
    "kmap dup label": r"""
- input a
- input b
- input c
- output f
a\bc 00 01 01 10
0 1 0 0 1
1 0 1 0 1
""",
    "kmap missing cell": r"""
- input a
- input b
- input c
- output f
a\bc 00 01 11 10
0 1 0 0 1
1 0 1 0
""",
    "kmap missing row": r"""
Module named top.
- input a
- input b
- input c
- input d
- output f
ab\cd 00 01 11 10
00 1 0 0 1
01 0 1 0 1
11 1 1 1 1
""",
    "kmap + registered": r"""
- input a
- input b
- input c
- output f
a\bc 00 01 11 10
0 1 0 0 1
1 0 1 0 1
The output f must be inverted.
""",
    "kmap + twice": r"""
- input a
- input b
- input c
- output f
a\bc 00 01 11 10
0 1 0 0 1
1 0 1 0 1

a\bc 00 01 11 10
0 1 0 0 1
1 0 1 0 0
""",
    "tt dup": """\
- input a
- input b
- input c
- output f
a b c f
0 0 0 0
0 0 1 1
0 1 0 1
0 1 1 0
1 0 0 1
1 0 1 0
1 1 0 0
1 1 0 1
""",
    "tt with clk": """\
- input clk
- input a
- input b
- output q
a b q
0 0 0
0 1 1
1 0 1
1 1 0
""",
    "alu lookup": """\
- input [1:0] op
- input [7:0] a
- input [7:0] b
- output [7:0] y
| op | y |
|---|---|
| 2'b00 | a + b |
| 2'b01 | a - b |
| 2'b10 | a & b |
| 2'b11 | a | b |
""",
    "minterm big": """\
- input a
- input b
- input c
- output f
f(a,b,c) = Σm(1,2,9)
""",
    "minterm prose": """\
- input a
- input b
- input c
- output f
f is given by f(a,b,c) = Σm(1,2) when c is 1, else 0.
""",
    "eq cond": """\
- input a
- input b
- input s
- output f
The function is f = a & b when s is high and f = a | b otherwise.
""",
    "eq missing out": """\
- input a
- input b
- output f
- output g
boolean function f = a & b
""",
    "fsm simple arrows": """\
- input clk
- input rst
- input x
- output z
States: reset (synchronous, active high) goes to S0.
S0 (out=0) --(x=1)--> S1
S0 (out=0) --(x=0)--> S0
S1 (out=1) --(x=0)--> S0
S1 (out=1) --(x=1)--> S1
""",
    "fsm missing": """\
- input clk
- input rst
- input x
- output z
Synchronous reset to A.
A (0) --0--> A
A (0) --1--> B
B (1) --0--> A
""",
    "fsm hybrid": """\
- input clk
- input rst
- input x
- output z
Synchronous reset to A.
A (0) --0--> A
A (0) --1--> B
B (1) --0--> A
B (1) --1--> B
After three cycles in B the machine returns to A.
""",
    "fsm hybrid2": """\
- input clk
- input rst
- input x
- output z
Synchronous reset to A.
A (0) --0--> A
A (0) --1--> B
B (1) --0--> A
B (1) --1--> B
The output z is registered and appears one cycle later.
""",
    "fsm en": """\
- input clk
- input rst
- input x
- output z
- input en
Synchronous reset to A.
A (0) --0--> A
A (0) --1--> B
B (1) --0--> A
B (1) --1--> B
When en is low the state holds.
""",
    "conflict": """\
- input clk
- input rst_n
- input x
- output z
Active-high reset to A.
A (0) --0--> A
A (0) --1--> B
B (1) --0--> A
B (1) --1--> B
""",
    "dup state case": """\
- input clk
- input rst
- input x
- output z

Synchronous active-high reset to state S0.

S0 (0) --1--> s0
S0 (0) --0--> S0
s0 (1) --0--> S0
s0 (1) --1--> s0
""",
    "reset conflict": """\
- input clk
- input rst
- input x
- output z

Synchronous active-high reset to state S0. On reset enter state S1.

S0 (0) --1--> S1
S0 (0) --0--> S0
S1 (1) --0--> S0
S1 (1) --1--> S1
""",
    "init label differs": """\
- input clk
- input rst
- input x
- output z

Synchronous active-high reset to state S0.

[*] --> S1
S0 (0) --1--> S1
S0 (0) --0--> S0
S1 (1) --0--> S0
S1 (1) --1--> S1
""",
    "kmap bad label": """\
Inputs: A, B, C, D
Output: F

     AB
CD   00 01 10 12
00   1 0 0 1
01   0 1 0 1
10   1 0 1 1
11   1 0 0 0
""",
    "kmap cell 2": """\
Inputs: A, B, C, D
Output: F

     AB
CD   00 01 10 11
00   1 0 0 2
01   0 1 0 1
10   1 0 1 1
11   1 0 0 0
""",
    "kmap unused input": """\
Inputs: A, B, C, D, E
Output: F

     AB
CD   00 01 10 11
00   1 0 0 1
01   0 1 0 1
10   1 0 1 1
11   1 0 0 0
""",
    "kmap foreign var": """\
Inputs: A, B, C
Output: F

     AB
CD   00 01 10 11
00   1 0 0 1
01   0 1 0 1
10   1 0 1 1
11   1 0 0 0
""",
    "tt T/F": """\
Inputs: a, b
Output: f

a b f
F F F
F T T
T F T
T T F
""",
    "tt conflicting": """\
Inputs: a, b
Output: f

a b f
0 0 0
0 1 1
1 - 1
1 1 0
""",
    "tt missing": """\
Inputs: a, b
Output: f

a b f
0 0 0
0 1 1
1 0 1
""",
    "tt extra col": """\
Inputs: a, b
Output: f

a b c f
0 0 0 0
0 1 0 1
1 0 0 1
1 1 0 1
""",
    "tt amb": """\
- input [1:0] s
- output [7:0] y

s | y
0 | 10
1 | 20
2 | 40
3 | 80
""",
    "sr latch": """\
Inputs: S, R
Output: Q

S R | Q
0 0 | hold
0 1 | 0
1 0 | 1
1 1 | x
""",
    "eq arithmetic": """\
- input [3:0] a
- input [3:0] b
- output [3:0] s

function: s = a + b
""",
    "eq seq": """\
- input clk
- input d
- output q

boolean equation q = d
""",
    "eq unused": """\
Inputs: a, b, c
Output: f

boolean function f = a & b
""",
    "minterms words": """\
Inputs: a, b, c
Output: f

f is 1 for minterms 1, 2, 5.
""",
}

UNSETTLED = {
    "table no reset state": """\
- input clk
- input rst
- input x
- output z

State   x=0   x=1   z
A       A     B     0
B       A     B     1
""",
    "ca": """\
- input clk
- input load
- input [15:0] data
- output [15:0] q
Implement the elementary cellular automaton Rule 30. The boundaries are zero.
On load, q is loaded with data.
""",
    "waveform sr": """\
- input clk
- input d
- output q
time clk d q
0 0 0 x
5 1 0 0
10 0 1 0
15 1 1 1
20 0 0 1
25 1 0 0
30 0 1 0
35 1 1 1
40 0 1 1
45 1 1 1
50 0 0 1
55 1 0 0
60 0 0 0
65 1 0 0
""",
    "ca wrap": """\
- input clk
- input load
- input [7:0] data
- output [7:0] q

Cellular automaton rule 110 with periodic boundary conditions.
When load is high, q is loaded with data.
""",
}


@pytest.mark.parametrize("name", READ)
def test_a_complete_structure_is_read(name: str) -> None:
    reading = read(READ[name])
    assert reading.complete, reading.abstained
    assert emit(reading, "dut").text.startswith("module dut (")
    assert normalise(reading)


@pytest.mark.parametrize("name", REFUSED)
def test_anything_else_is_refused_with_a_reason(name: str) -> None:
    reading = read(REFUSED[name])
    assert not reading.complete
    assert reading.abstained
    assert oracle_testbench(reading) is None
    assert normalise(reading) == ""


@pytest.mark.parametrize("name", UNSETTLED)
def test_what_is_left_open_is_never_called_proved(name: str) -> None:
    assert read(UNSETTLED[name]).strength is not Strength.PROVED
