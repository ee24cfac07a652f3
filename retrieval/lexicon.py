"""What hardware engineers' abbreviations stand for, and the words that say nothing.

From the languages, the standard buses and interfaces (AMBA, Wishbone, Avalon, PCI Express,
Ethernet, JTAG) and the naming guides that the field shares. A name's part is replaced by its
words on both sides, in code and in questions, so that `wr_ptr` and "write pointer" are the same.
"""

from __future__ import annotations

_PAIRS = """
acc accumulate | ack acknowledge | act active | addr address | adr address | aes encryption aes
| af almost full | ae almost empty | afull almost full | aempty almost empty | agg aggregate |
algn align | alu arithmetic logic unit | arb arbiter | arr array | async asynchronous |
attr attribute | avail available | avg average | bcd binary coded decimal | be byte enable |
ben byte enable | bin binary | bist self test | blk block | bp bypass | br branch | brk break |
bsy busy | btn button | buf buffer | bufs buffer | bw bandwidth | byp bypass | cal calibrate |
calc calculate | cap capture | cb callback | cdc clock domain crossing | ce clock enable |
cfg configuration | chan channel | ch channel | chk check | chksum checksum | cksum checksum |
clk clock | ck clock | clks clock | clr clear | cmd command | cmp compare | cmpl completion |
cpl completion | cnt count | cntr counter | cntl control | cntrl control | ctr counter |
ctl control | ctrl control | coef coefficient | coeff coefficient | col column |
comb combinational | comm communication | comp compare | cond condition | conf configuration |
config configuration | conn connect | const constant | conv convert | corr correct |
cpu processor | crc cyclic redundancy check crc | cred credit | crnt current | cs chip select |
csn chip select | csr control status register | cur current | curr current | cyc cycle |
dat data | db debounce | dbg debug | dbl double | dcd decode | dec decode | decr decrement |
deg degree | del delay | delim delimiter | demux demultiplexer | deq dequeue | desc descriptor |
descr descriptor | dest destination | det detect | dev device | diff difference | din data input
| dir direction | dis disable | disp display | dist distance | div divide | dly delay |
dma direct memory access | dn down | dout data output | dp data path | dq data | dqs data strobe
| drv drive | dst destination | dup duplicate | dut device | dvld data valid | dw data width |
ecc error correction code | elem element | en enable | ena enable | enb enable | enc encode |
enq enqueue | eof end frame | eop end packet | eot end transfer | eq equal | err error |
errs error | evt event | ex execute | exc exception | excp exception | exe execute |
exec execute | exp expect | expt exponent | ext external | fcs frame check sequence | fet fetch
| ff flip flop register | fifo fifo queue | flg flag | flt filter | fmt format |
fp floating point | fpu floating point unit | frac fraction | freq frequency | frm frame |
fsm finite state machine | func function | fwd forward | gen generate | gnt grant |
gpio general purpose input output | gry gray | gt greater | hdr header | hi high | hlt halt |
hs handshake | hsync horizontal synchronize | i2c i2c serial bus | iic i2c serial bus |
id identifier | idx index | ifc interface | if interface | ifg inter frame gap | imm immediate |
incr increment | inc increment | ind index | info information | init initialize | inp input |
inst instruction | instr instruction | insn instruction | int interrupt | intf interface |
intr interrupt | inv invert | io input output | ip internet protocol ip | irq interrupt request
| isr interrupt | itf interface | jmp jump | jtag jtag test | lat latency | ld load |
led led light | len length | lfsr linear feedback shift register | lim limit | lmt limit |
ln lane | lo low | loc location | lru least recently used | lsb least significant bit |
lsu load store unit | lt less | lvl level | mac media access control | mag magnitude |
man management | max maximum | mem memory | mgmt management | mgr manager | mid middle |
min minimum | misc miscellaneous | mod modulus | mon monitor | msb most significant bit |
msg message | msk mask | mst master | mstr master | mtx matrix | mul multiply | mult multiply |
mux multiplexer select | nb number | neg negative | negedge falling edge | num number | nxt next
| oe output enable | oen output enable | op operation | opc opcode | ops operation | opt option
| ord order | orig original | osc oscillator | outp output | ov overflow | ovf overflow |
ovfl overflow | ovr override | par parity | param parameter | pbus parallel bus |
pc program counter | pcie pci express | perf performance | periph peripheral |
phy physical layer | pkt packet | pll phase locked loop | pol polarity | pos position |
posedge rising edge | pr predict | pre previous | prec precision | pred predict | preq request |
prev previous | pri priority | prio priority | priv privilege | proc process | prod product |
prog program | prot protection | pt point | ptp precision time | ptr pointer |
pwm pulse width modulation | pwr power | qual qualifier | que queue | quo quotient |
ram memory ram | rcv receive | rcvr receiver | rd read | rdy ready | re read enable |
rec receive | recv receive | ref reference | reg register | regs register | rem remainder |
ren read enable | rep repeat | req request | reqs request | res result | resp response |
rsp response | ret return | rev reverse | rf register file | rgmii rgmii ethernet | rls release
| rnd random | rom memory rom | rot rotate | rpt repeat | rr round robin | rs reservation |
rslt result | rst reset | rstn reset | resetn reset | aresetn reset | rstb reset |
rtc real time clock | rtn return | rtry retry | rx receive | rxd receive data | sat saturate |
sched scheduler | sck serial clock | scl serial clock | sclk serial clock | sda serial data |
sec second | sect section | seg segment | sel select | seq sequence | ser serial | sft shift |
sgn sign | sh shift | shft shift | shr shift right | shl shift left | sig signal |
sim simulation | sld load | slv slave | smpl sample | snd send | sof start frame |
sop start packet | sot start transfer | spi serial peripheral interface spi | spd speed |
spec special | sqr square | sqrt square root | src source | srl shift register | srst reset |
arst reset | st state | sta state | stat status | stb strobe | strb strobe | stg stage |
stk stack | stp stop | str store | sts status | sub subtract | sup support | sw switch |
sym symbol | sync synchronize | syn synchronize | sys system | tb test | temp temporary |
tgt target | thr threshold | thresh threshold | tim timer | tlb translation lookaside buffer |
tlp transaction layer packet | tmo timeout | tmp temporary | tmr timer | tog toggle | tot total
| trans transaction | trig trigger | trn transaction | ts timestamp | tst test | tsu timestamp |
tx transmit | txd transmit data | txn transaction | typ type | uart uart serial | udf underflow
| unf underflow | upd update | usr user | util utility | vec vector | ver version | val value |
vld valid | vsync vertical synchronize | wb write back | wbe write byte enable | wd write data |
wdata write data | wdt watchdog timer | we write enable | wen write enable | wgt weight |
wid width | wr write | wrb write back | wt write through | xact transaction | xbar crossbar |
xfer transfer | xfr transfer | xmit transmit | xlate translate | xgmii xgmii ethernet |
gmii gmii ethernet | mii mii ethernet | arp address resolution arp | eth ethernet |
mdio management data | tdata data | tvalid valid | tready ready | tlast last | tkeep keep |
tuser user | tid identifier | tdest destination | tstrb strobe | awaddr write address |
awvalid write address valid | awready write address ready | awlen write length |
awsize write size | awburst write burst | awid write identifier | wvalid write valid |
wready write ready | wlast write last | wstrb write strobe | bvalid write response valid |
bready write response ready | bresp write response | bid write response identifier |
araddr read address | arvalid read address valid | arready read address ready |
arlen read length | arsize read size | arburst read burst | arid read identifier |
rvalid read valid | rready read ready | rlast read last | rresp read response |
rid read identifier | haddr address | htrans transfer | hwrite write | hsize size | hburst burst
| hwdata write data | hrdata read data | hready ready | hresp response | hsel select |
psel select | penable enable | paddr address | pwrite write | pwdata write data |
prdata read data | pready ready | pslverr slave error | pstrb strobe | rdata read data |
raddr read address | waddr write address | tck test clock | tms test mode select |
tdi test data input | tdo test data output | trst test reset | icb internal bus | axi axi bus |
axis axi stream | apb apb bus | ahb ahb bus | mosi serial output |
miso serial input | cts clear send | rts request send | dtr data terminal | baud baud rate |
dbuf double buffer | sdram memory | sram memory | ddr double data rate |
dpram dual port memory | div2 divide |
lut lookup table | cam content addressable memory | tcam content addressable memory |
mmu memory management | pmp protection | plic interrupt controller | clint timer interrupt |
nmi interrupt | dcache data cache | icache instruction cache | btb branch target |
bht branch history | ras return stack | rob reorder buffer | fu function unit |
gpr register file | xreg register | rs1 source register | rs2 source register |
eeprom memory eeprom | adc analog digital converter | dac digital analog converter |
fft fourier transform | fir filter | iir filter | dct cosine transform |
idct inverse cosine transform | huff huffman | quant quantize | jpeg jpeg image | rgb color |
vga video display | pix pixel | img image | conv2d convolution | relu activation | written write
| wrote write | arbitration arbiter | arbitrate arbiter | arbitrates arbiter |
arbitrating arbiter | sent send | held hold | holding hold | chosen choose |
transmission transmit | reception receive | multiplexes multiplexer | multiplexed multiplexer |
multiplexing multiplexer | multiplexor multiplexer | concatenation concatenate |
concatenates concatenate | instantiation instantiate | comparator compare | comparison compare |
summation sum | addition add | subtraction subtract | multiplication multiply |
multiplier multiply | division divide | divisor divide | validity valid | readiness ready |
emptiness empty | incoming input | outgoing output
"""
LEXICON: dict[str, tuple[str, ...]] = {
    key: tuple(words)
    for key, *words in (entry.split() for entry in _PAIRS.replace("\n", " ").split("|"))
}

# A name's last part, where it is a letter or two: the suffixes of the common style guides.
SUFFIXES: dict[str, tuple[str, ...]] = {
    "i": ("input",),
    "in": ("input",),
    "o": ("output",),
    "out": ("output",),
    "io": ("input", "output"),
    "n": ("active", "low"),
    "b": ("active", "low"),
    "ni": ("active", "low", "input"),
    "no": ("active", "low", "output"),
    "q": ("register",),
    "r": ("register",),
    "reg": ("register",),
    "ff": ("register",),
    "qi": ("register",),
    "d": ("next",),
    "nxt": ("next",),
    "next": ("next",),
    "ns": ("next", "state"),
    "cs": ("current", "state", "select"),
}

# Whole words that names run together with others: `rddata`, `fifofull`, `wrenable`.
JOINED = frozenset(
    """address almost bit block buffer bus byte cache channel clear clock command control core
    count counter cycle data decode delay done empty enable end error fifo flag frame full
    header host idle input index last length level line load lock lower mask master memory mode
    next output packet parity pipe pointer port queue rate read ready register request reset
    select shift size slave source stage start state status stop stream sync table time timer
    upper valid value width word write zero""".split()  # noqa: SIM905
)

# Whole words that look as if abbreviations were run together: `first` is no filter's state.
WHOLE = frozenset(
    """been bench best called chance chip chop chops compact controlled enact exact export extend
    fetch first intact intend latch local loop loops lost modeled open parts pipeline polled present
    price print program react record reload report resource rest restart rewrite secret stack strip
    support transport were""".split()  # noqa: SIM905
)

# Words of questions and comments that tell nothing about a design.
STOP = frozenset(
    """a about above across after again all also an and any are as at based be because been before
    being below between both but by can could do does during each either etc every for from
    further has have having here how i if in into is it its itself just like more most no nor
    not of off on once only onto or other our out over own per same shall should so some such
    than that the their them then there these they this those through thus to too under until up
    upon used uses using very via was we were what when where whether which while who whose why
    will with within without would you your
    accordingly additional additionally allow allowed allowing allows along another appropriate
    appropriately called certain certainly commonly corresponding describe described describes
    different easily effectively efficient efficiently ensure ensured ensures ensuring facilitate
    facilitates facilitating functionalities functionality implement implementation implemented
    implementing implements involve involved involves involving likely make makes making manner
    necessary need needed needs neither overall particular proper properly provide provided
    provides providing purpose purposes related relevant require required requirements requires
    requiring respectively respective several similar similarly simple simply specific specifically
    specified suitable take taken takes taking typical typically useful various well""".split()  # noqa: SIM905
)

# Words of the languages: what they mean for a block is told by rules, not by their spelling.
KEYWORDS = frozenset(
    """always always_comb always_ff always_latch assign automatic begin bit case casex casez
    default defparam disable else end endcase endfunction endgenerate endmodule endtask
    endinterface endpackage endclass for forever function generate genvar if initial inout input
    int integer localparam logic module negedge output packed parameter posedge real reg repeat
    return signed struct task timescale tri typedef union unsigned var void while wire wait
    unique priority""".split()  # noqa: SIM905
)
