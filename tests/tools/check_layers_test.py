# SPDX-License-Identifier: MIT
"""tools/check_layers.py finds each kind of fault, and nothing in a tree that keeps the rules."""

import importlib.util
import pathlib
import sys
import unittest

TOOL = pathlib.Path(__file__).parents[2] / "tools" / "check_layers.py"
spec = importlib.util.spec_from_file_location("check_layers", TOOL)
check_layers = importlib.util.module_from_spec(spec)
sys.modules["check_layers"] = check_layers  # its dataclasses look themselves up there
spec.loader.exec_module(check_layers)

HEAD = "// SPDX-License-Identifier: MIT\n// A file of the test.\n"
PURE = "// SPDX-License-Identifier: MIT\n// PURE: a file of the test.\n"


def faults(files: dict[str, str]) -> list[str]:
    return check_layers.check({
        path: check_layers.Source(path, text if text.startswith("//") else HEAD + text)
        for path, text in files.items()
    })


class CheckLayersTest(unittest.TestCase):
    def assert_clean(self, files: dict[str, str]) -> None:
        self.assertEqual(faults(files), [])

    def assert_fault(self, files: dict[str, str], where: str, what: str) -> None:
        found = faults(files)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(where + ": "), found[0])
        self.assertIn(what, found[0])

    def test_arrows_that_point_down_are_fine(self):
        self.assert_clean({
            "common/error.hpp": "",
            "proxy/http/server.hpp": '#include "common/error.hpp"\n',
            "proxy/config.hpp": '#include "common/error.hpp"\n',
            "proxy/metering/meter.hpp": '#include "proxy/config.hpp"\n',
            "proxy/api/route.cpp": '#include "proxy/metering/meter.hpp"\n#include "proxy/http/server.hpp"\n',
            "proxy/main.cpp": '#include "proxy/api/route.cpp"\n',
            "tests/unit/proxy/all_test.cpp": '#include "proxy/api/route.cpp"\n#include "common/error.hpp"\n',
        })

    def test_arrow_upward(self):
        self.assert_fault({"proxy/app.hpp": "", "proxy/metering/m.hpp": '#include "proxy/app.hpp"\n'},
                          "proxy/metering/m.hpp:3", "metering lies beside or below app")

    def test_arrow_upward_within_common(self):
        self.assert_fault({"common/http/a.hpp": "", "common/net/b.cpp": '#include "common/http/a.hpp"\n'},
                          "common/net/b.cpp:3", "must not include common/http/a.hpp")
        self.assert_fault({"common/net/a.hpp": "", "common/error.cpp": '#include "common/net/a.hpp"\n'},
                          "common/error.cpp:3", "must not include common/net/a.hpp")

    def test_rooms_of_common(self):
        rooms = [["http"], ["net"], ["async"], ["settings"], ["event", "log", "metrics", "coding"], ["json", "system"],
                 ["text"]]
        floor_of = {room: number for number, floor in enumerate(rooms) for room in floor}
        for above in floor_of:
            for below in floor_of:
                files = {f"common/{below}/b.hpp": "", f"common/{above}/a.cpp": f'#include "common/{below}/b.hpp"\n'}
                with self.subTest(f"{above} includes {below}"):
                    if above == below or floor_of[above] < floor_of[below]:
                        self.assert_clean(files)
                    else:
                        self.assert_fault(files, f"common/{above}/a.cpp:3", f"{above} lies beside or below {below}")
            self.assert_clean({"common/error.hpp": "", "common/secret.hpp": "", f"common/{above}/a.cpp":
                               '#include "common/error.hpp"\n#include "common/secret.hpp"\n'})

    def test_common_without_a_room(self):
        self.assert_fault({"common/junk.hpp": ""}, "common/junk.hpp:1", "no layer of common")
        self.assert_fault({"common/text.hpp": ""}, "common/text.hpp:1", "no layer of common")
        self.assert_fault({"common/junk/a.hpp": ""}, "common/junk/a.hpp:1", "no layer of common")

    def test_neighbours_on_a_floor(self):
        self.assert_fault({"proxy/outbox/a.hpp": "", "proxy/upstream/b.hpp": '#include "proxy/outbox/a.hpp"\n'},
                          "proxy/upstream/b.hpp:3", "must not include")

    def test_daemons_do_not_know_each_other(self):
        self.assert_fault({"collector/app.hpp": "", "proxy/app.hpp": '#include "collector/app.hpp"\n'},
                          "proxy/app.hpp:3", "proxy must not know collector")
        self.assert_fault({"proxy/config.hpp": "", "common/text/a.hpp": '#include "proxy/config.hpp"\n'},
                          "common/text/a.hpp:3", "common must not know proxy")

    def test_nobody_includes_tests(self):
        self.assert_fault({"tests/support/f.hpp": "", "common/text/a.hpp": '#include "tests/support/f.hpp"\n'},
                          "common/text/a.hpp:3", "nothing outside tests/ and bench/")

    def test_bench_knows_everything_and_nobody_knows_it(self):
        self.assert_clean({"proxy/main.cpp": "", "tests/support/f.hpp": "", "bench/micro/a.cpp":
                           '#include <unistd.h>\n#include "proxy/main.cpp"\n#include "tests/support/f.hpp"\n'})
        for user in ("common/text/a.hpp", "tests/unit/common/a_test.cpp"):
            self.assert_fault({"bench/load/a.hpp": "", user: '#include "bench/load/a.hpp"\n'},
                              f"{user}:3", "nothing outside bench/")

    def test_load_is_one_for_all_servers(self):
        self.assert_clean({"bench/load/a.hpp": "", "bench/load/b.cpp": '#include "bench/load/a.hpp"\n'})
        self.assert_fault({"common/error.hpp": "", "bench/load/b.cpp": '#include "common/error.hpp"\n'},
                          "bench/load/b.cpp:3", "must not know common/error.hpp")

    def test_bench_keeps_the_forbidden_calls(self):
        self.assert_fault({"bench/micro/a.cpp": "auto* a = new A;\n"}, "bench/micro/a.cpp:3", "owner")

    def test_include_that_leads_nowhere(self):
        self.assert_fault({"common/text/a.cpp": '#include "a.hpp"\n'}, "common/text/a.cpp:3", "no file of this tree")

    def test_file_without_a_floor(self):
        self.assert_fault({"proxy/misc.hpp": ""}, "proxy/misc.hpp:1", "no layer of proxy")
        self.assert_fault({"collector/junk/a.hpp": ""}, "collector/junk/a.hpp:1", "no layer of collector")
        self.assert_clean({"proxy/app_signals.cpp": ""})

    def test_circle(self):
        self.assert_fault({"common/text/a.hpp": '#include "common/text/b.hpp"\n', "common/text/b.hpp": '#include "common/text/a.hpp"\n'},
                          "common/text/a.hpp:1", "common/text/a.hpp -> common/text/b.hpp -> common/text/a.hpp")

    def test_io_header_in_a_pure_folder(self):
        self.assert_fault({"proxy/metering/m.cpp": "#include <thread>\n"}, "proxy/metering/m.cpp:3", "is PURE")
        self.assert_clean({"proxy/worker.cpp": "#include <thread>\n", "common/net/t.cpp": "#include <openssl/ssl.h>\n"})

    def test_io_header_reached_through_another_file(self):
        files = {"common/log/log.hpp": "#include <mutex>\n", "common/settings/env.cpp": '#include "common/log/log.hpp"\n'}
        self.assert_fault(files, "common/settings/env.cpp:3", "includes <mutex> through common/log/log.hpp")

    def test_file_that_calls_itself_pure(self):
        self.assert_fault({"proxy/api/call.hpp": PURE + "#include <mutex>\n"}, "proxy/api/call.hpp:3", "is PURE")
        self.assert_fault({"proxy/api/call.hpp": PURE, "proxy/api/call.cpp": "#include <openssl/md5.h>\n"},
                          "proxy/api/call.cpp:3", "is PURE")

    def test_descriptors_are_waited_for_in_one_place(self):
        self.assert_clean({"common/async/edge_set.hpp": "#include <sys/epoll.h>\n"})
        self.assert_fault({"common/net/a.cpp": "#include <sys/epoll.h>\n"}, "common/net/a.cpp:3", "edge_set.hpp")

    def test_asio_is_included_in_few_places(self):
        self.assert_clean({"common/net/a.cpp": "#include <boost/asio/ip/tcp.hpp>\n"})
        self.assert_fault({"proxy/http/a.cpp": "#include <boost/asio/ip/tcp.hpp>\n"}, "proxy/http/a.cpp:3", "Loop")

    def test_beast_is_for_end_points(self):
        for name in ("endpoint_server", "client_message"):
            self.assert_clean({f"common/http/{name}.cpp": "#include <boost/beast/http/parser.hpp>\n"})
        for path in ("proxy/http/server.cpp", "common/net/a.cpp", "collector/ingest.cpp", "proxy/api/a.cpp"):
            self.assert_fault({path: "#include <boost/beast/http/parser.hpp>\n"}, f"{path}:3", "end points")

    def test_system_calls_are_made_in_few_places(self):
        for header in ("sys/socket.h", "unistd.h", "netinet/in.h", "linux/sockios.h", "fcntl.h", "poll.h", "netdb.h"):
            include = f"#include <{header}>\n"
            for path in ("common/net/a.cpp", "common/system/a.cpp", "proxy/outbox/a.cpp", "collector/sinks/a.cpp"):
                self.assert_clean({path: include})
            for path in ("common/http/a.cpp", "common/text/a.cpp", "proxy/api/a.cpp", "proxy/upstream/a.hpp",
                         "proxy/metering/a.cpp", "collector/ingest.cpp"):
                with self.subTest(f"{path}: {header}"):
                    self.assert_fault({path: include}, f"{path}:3", "system calls are made in")

    def test_system_calls_reached_through_another_file(self):
        files = {"common/system/descriptor.hpp": "#include <unistd.h>\n"}
        self.assert_clean(files | {"proxy/api/a.cpp": '#include "common/system/descriptor.hpp"\n'})
        self.assert_fault(files | {"proxy/metering/a.cpp": '#include "common/system/descriptor.hpp"\n'},
                          "proxy/metering/a.cpp:3", "<unistd.h> through common/system/descriptor.hpp")
        self.assert_fault({"common/system/chacha20.hpp": PURE + "#include <unistd.h>\n"},
                          "common/system/chacha20.hpp:3", "is PURE")

    def test_system_headers_that_do_no_call(self):
        self.assert_clean({
            "proxy/metering/a.cpp": "#include <sys/types.h>\n",
            "common/system/gather.hpp": PURE + "#include <sys/uio.h>\n",
            "proxy/metering/b.cpp": '#include "common/system/gather.hpp"\n',
        })

    def test_forbidden_calls(self):
        for path, line, what in (
            ("proxy/config.cpp", 'auto v = std::getenv("A");', "common/settings/env.cpp alone"),
            ("proxy/app.cpp", "auto* a = new App;", "straight into its owner"),
            ("collector/app.cpp", "std::cout << 1;", "stdout belongs"),
            ("tests/unit/common/a_test.cpp", "std::this_thread::sleep_for(1s);", "sleeping thread"),
            ("proxy/worker.hpp", "std::mutex m;", "other threads post"),
            ("proxy/api/a.cpp", "auto e = static_cast<errc>(x.error().value());", "errc_of() looks first"),
            ("common/event/ids.cpp", "using namespace std;", "where they come from"),
        ):
            with self.subTest(line):
                self.assert_fault({path: line + "\n"}, f"{path}:3", what)

    def test_calls_that_look_forbidden(self):
        self.assert_clean({
            "common/settings/env.cpp": 'auto v = std::getenv("A");\n',
            "common/text/a.cpp": "int x;  // a new file; sleep(1)\n/* getenv(\n*/\nauto s = \"new std::cout\"; char c = '\"';\n"
                            "void* operator new(std::size_t size);\nauto n = 1'000'000;\nP p(new T(1)); loop.sleep(1);\n"
                            'auto r = R"x(new " std::cerr)x";\nusing namespace std::chrono_literals;\n',
        })

    def test_line_numbers_survive_comments(self):
        self.assert_fault({"common/text/a.cpp": "/* one\ntwo */\nauto* a = new A;\n"}, "common/text/a.cpp:5", "owner")

    def test_head_of_a_file(self):
        self.assert_fault({"common/text/a.hpp": "// something else\n#pragma once\n"}, "common/text/a.hpp:1", "SPDX")


class TreeTest(unittest.TestCase):
    def test_exit_status(self):
        import subprocess
        import tempfile
        with tempfile.TemporaryDirectory() as root:
            source = pathlib.Path(root) / "common" / "text" / "a.hpp"
            source.parent.mkdir(parents=True)
            source.write_text(HEAD)
            run = lambda: subprocess.run([TOOL, root], capture_output=True, text=True)  # noqa: E731
            self.assertEqual(run().returncode, 0)
            source.write_text(HEAD + "#include <thread>\n")
            bad = run()
            self.assertEqual(bad.returncode, 1)
            self.assertIn("common/text/a.hpp:3", bad.stdout)


if __name__ == "__main__":
    unittest.main()
