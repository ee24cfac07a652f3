"""Chisel: compiled, elaborated and emitted as SystemVerilog, each step in a process of its own."""
