"""Small stacks that would become large: each stops at a budget (E0901, once) within 1 GiB of memory. The times are printed, not judged."""
import os
import re
import resource
import subprocess
import tempfile
import time

from support import BIN, main, say, skip

GIB = 1 << 30
SERVICE = 'service "s${i}" { cluster = main, task { memory = 64 MiB, container app { image = "shop/web:1" } } }'
BIG = "let big = 1..100000\n"


def doubling(times, first, following):
    """Lets, each made of two or more of the one before."""
    return f"let v0 = {first}\n" + "".join(f"let v{i + 1} = " + following.replace("{v}", f"v{i}") + "\n" for i in range(times))


def functions(times):
    return "fn f0(x: int): int = x\n" + "".join(f"fn f{i}(x: int): int = f{i - 1}(x) + f{i - 1}(x)\n" for i in range(1, times))


BOMBS = {
    "a range without end": "let x = 1..9000000000000000000\n",
    "comprehensions in comprehensions": "let r = 1..1000\nlet x = [for a in r: [for b in r: [for c in r: a + b + c]]]\n",
    "a list that doubles": doubling(40, "[1, 2]", "[...{v}, ...{v}]"),
    "a list of lists that doubles": doubling(40, "[1, 2]", "flatten([{v}, {v}])"),
    "a shared list that is compared": doubling(60, "[1]", "[{v}, {v}]") + "let x = v60 == v60\n",
    "a text that doubles": doubling(40, '"ab"', '"${{v}}${{v}}"'),
    "a text that is replaced into itself": doubling(40, '"aa"', 'replace({v}, "a", "aa")'),
    "a text that is joined": BIG + 'let x = join("0123456789", [for b in big: string(b)])\nlet y = join(x, [for b in big: x])\n',
    "maps that are merged again and again": BIG + 'let m = { for b in big: "k${b}" => b }\n' + doubling(60, "m", "merge({v}, m, {v}, m, {v}, m)"),
    "a map of maps": 'let r = 1..3000\nlet x = { for a in r: "${a}" => { for b in r: "${b}" => b } }\n',
    "every element against every other": BIG + "let x = unique(big)\n",
    "membership in a loop": BIG + "let x = [for b in big if not (b + 100000 in big): b]\n",
    "regular expressions in a loop": BIG + 'let x = [for b in big: matches("${b}", "(a{1,100}){1,9}b${b}$")]\n',
    "regular expressions that are too large": BIG + 'let x = [for b in big: matches("${b}", "((a{1,30}){1,30}){1,30}${b}")]\n',
    "regular expressions on long texts": doubling(19, '"ab"', '"${{v}}${{v}}"') + BIG + 'let x = [for b in big: matches(v19, "(a|b|ab)*c")]\n',
    "JSON of a shared list": doubling(30, "[1]", "[{v}, {v}]") + "let x = json(v30)\n",
    "YAML of a shared list": doubling(30, "[1]", "[{v}, {v}]") + "let x = yaml(v30)\n",
    "the hash of a shared list": doubling(30, "[1]", "[{v}, {v}]") + "let x = hash(v30)\n",
    "lists in lists in lists": doubling(80, "1", "[{v}]"),
    "functions that call functions": functions(60) + "let x = f59(1)\n",
    "services in loops": BIG + 'for i in big { for k in 1..9 { service "s${i}_${k}" { cluster = main, task { memory = 64 MiB, container app { image = "shop/web:1" } } } } }\n',
    "a service for each number": BIG + "for i in big { " + SERVICE + " }\n",
    "environment variables in loops": "let r = 1..3000\nfor i in r { " + SERVICE.replace('"shop/web:1"', '"shop/web:1", env { for k in r { "K${k}" = "v" } }') + " }\n",
    "components in a loop": "component w { service this { cluster = main, task { memory = 64 MiB, container app { image = \"shop/web:1\" } } } }\n"
                            + BIG + 'for i in big { w "c${i}" { } }\n',
}


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (GIB, GIB))


def test(_engines):
    berth = os.path.join(BIN, "berth")
    if not os.access(berth, os.X_OK):
        skip(f"no berth in {BIN} (BERTH_BIN_DIR)")
    wrong = []
    for name, text in BOMBS.items():
        with tempfile.TemporaryDirectory() as stack:
            with open(os.path.join(stack, "main.ecs"), "w", encoding="utf-8") as file:
                file.write("stack shop { }\ncluster main { }\n" + text)
            started = time.monotonic()
            done = subprocess.run([berth, "check", stack], capture_output=True, text=True, timeout=60, check=False, preexec_fn=limit)
            say(f"{time.monotonic() - started:5.2f} s  {name}")
            codes = re.findall(r"error\[(E\d+)\]", done.stdout + done.stderr)
            if "E0901" not in codes or done.returncode != 65:
                wrong.append(f"{name}: exit code {done.returncode}, {codes} {(done.stdout + done.stderr)[-300:]}")
    assert not wrong, "\n".join(wrong)


if __name__ == "__main__":
    main(test)
