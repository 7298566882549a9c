#!/usr/bin/env python3
"""Writes a file's bytes as a C++ array: embed.py INPUT OUTPUT.cpp"""
import sys

source, target = sys.argv[1:3]
with open(source, "rb") as file:
    data = file.read()
lines = [", ".join(str(byte) for byte in data[i:i + 32]) for i in range(0, len(data), 32)]
with open(target, "w", encoding="ascii") as file:
    file.write('#include "engine/pause/pause.h"\n\nnamespace berth::engine {\nnamespace {\nconst unsigned char kBytes[] = {\n    ')
    file.write(",\n    ".join(lines))
    file.write("};\n}  // namespace\n\nstd::string_view pause_program() {\n")
    file.write("  return {reinterpret_cast<const char*>(kBytes), sizeof kBytes};\n}\n\n}  // namespace berth::engine\n")
