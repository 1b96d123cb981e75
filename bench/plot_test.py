"""Runs bench/plot on tiny samples: what it writes is well-formed, holds every figure, and bad input is refused."""
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

PLOT = pathlib.Path(__file__).resolve().parent / "plot.py"
SVG = "{http://www.w3.org/2000/svg}"
LINES_HEADING = "plot\tseries\tengine\tx_unit\tx\tunit\ty\n"
LINES = LINES_HEADING + "".join(
    f"Times & <sizes>\t{series}\t{engine}\trecords\t{x}\t{unit}\t{y}\n"
    for engine in ("cambium", "lmdb")
    for series, unit, factor in (("get", "ns", 3), ("open", "ns", 2e5), ("bytes per record", "bytes", 0.001))
    for x, y in ((0, factor), (10_000, factor * 2), (10_000_000, factor * 30)))
RATIOS = ("workload\trecords\tengine\tratio\nget \"quoted\" & more\t1M\tcambium\t1.62\n"
          "get \"quoted\" & more\t1M\tsqlite\t0.4\nload\t1M\tcambium\t0.9\n")


class PlotTest(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)

    def tearDown(self):
        self.temporary.cleanup()

    def run_plot(self, content, name="sample.tsv"):
        (self.folder / name).write_text(content, encoding="utf-8")
        return subprocess.run([sys.executable, PLOT, "--out", self.folder / "svg", self.folder / name],
                              capture_output=True, text=True, check=False)

    def plot(self, content):
        done = self.run_plot(content)
        self.assertEqual(done.returncode, 0, done.stderr)
        written = list((self.folder / "svg").iterdir())
        self.assertEqual([str(path) for path in written], done.stdout.split("\n")[:-1])
        self.assertEqual(len(written), 1)
        root = xml.parse(written[0]).getroot()
        self.assertEqual(root.tag, SVG + "svg")
        self.inside(root)
        return root

    def inside(self, root):
        """Every number of a place lies in the picture."""
        limits = {"x": float(root.get("width")), "y": float(root.get("height"))}
        for element in root.iter():
            for name, limit in (("cx", "x"), ("x", "x"), ("x1", "x"), ("x2", "x"),
                                ("cy", "y"), ("y", "y"), ("y1", "y"), ("y2", "y")):
                if element.get(name) is not None:
                    self.assertTrue(0 <= float(element.get(name)) <= limits[limit], xml.tostring(element))

    def texts(self, root):
        return [element.text for element in root.iter(SVG + "text")]

    def test_lines(self):
        root = self.plot(LINES)
        self.assertEqual(len(list(root.iter(SVG + "polyline"))), 6)
        self.assertEqual(len(list(root.iter(SVG + "circle"))), 18)
        texts = self.texts(root)
        for expected in ("Times & <sizes>", "get", "open", "bytes per record", "cambium", "lmdb", "0", "10k", "10M",
                         "records", "1 ms"):
            self.assertIn(expected, texts)
        # More is higher: the circles of one line rise.
        line = [circle for circle in root.iter(SVG + "circle") if circle[0].text.startswith("get, cambium")]
        heights = [float(circle.get("cy")) for circle in line]
        self.assertEqual(heights, sorted(heights, reverse=True))
        self.assertEqual(line[-1][0].text, "get, cambium, 10M records: 90 ns")

    def test_a_figure_of_zero_is_left_out_and_said(self):
        root = self.plot(LINES + "Times & <sizes>\tget\tlmdb\trecords\t20000\tns\t0\n")
        self.assertEqual(len(list(root.iter(SVG + "circle"))), 18)
        self.assertIn("left out because it is 0: 1", self.texts(root))

    def test_ratios(self):
        root = self.plot(RATIOS)
        circles = [circle[0].text for circle in root.iter(SVG + "circle")]
        self.assertIn('get "quoted" & more, 1M, cambium: 1.62', circles)
        self.assertEqual(len(circles), 3 + 2)  # and the key
        self.assertIn("load, 1M", self.texts(root))
        places = {circle[0].text.rsplit(": ")[-1]: float(circle.get("cx")) for circle in root.iter(SVG + "circle")}
        self.assertLess(places["0.40"], places["0.90"])
        self.assertLess(places["0.90"], places["1.62"])

    def test_bad_input_is_refused_with_its_line(self):
        for content, sentence in (("a\tb\n1\t2\n", "its first line must name the columns"),
                                  (LINES_HEADING, "no figures"),
                                  (LINES + "p\ts\te\tu\tfour\tns\t1\n", "line 20: the column x takes a number"),
                                  (LINES + "p\ts\te\tu\t4\tns\n", "line 20: the column y takes a number"),
                                  (LINES + "p\ts\te\tu\t4\tns\tnan\n", "line 20: a number is below 0"),
                                  ("workload\tengine\tratio\nget\tcambium\t0\n", "line 2: a number is below 0")):
            done = self.run_plot(content)
            self.assertEqual(done.returncode, 2, content)
            self.assertIn(sentence, done.stderr)
            self.assertNotIn("Traceback", done.stderr)


if __name__ == "__main__":
    unittest.main()
