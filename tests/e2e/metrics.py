"""An instance's metrics, read and checked as Prometheus would."""

import re
import urllib.request

_SAMPLE = re.compile(r'([a-zA-Z_:][\w:]*)(?:\{((?:\w+="(?:[^"\\]|\\.)*",?)*)\})? (\S+)')
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Scrape:
    """One scrape. `samples`: {(name, labels as a sorted tuple): value}; `help`, `types`: by the metric's name."""

    def __init__(self, text):
        self.samples, self.help, self.types = {}, {}, {}
        assert text.endswith("\n")
        for line in text.splitlines():
            if line.startswith("# HELP "):
                _, _, name, words = line.split(" ", 3)
                assert name not in self.help, f"{name} is told of twice"
                self.help[name] = words
            elif line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                assert kind in ("counter", "gauge", "histogram") and name not in self.types
                self.types[name] = kind
            else:
                self._add(line)

    def _add(self, line):
        found = _SAMPLE.fullmatch(line)
        assert found, f"no sample: {line}"
        name, labels, value = found.groups()
        family = name
        if name not in self.types:
            family = re.sub(r"_(bucket|sum|count)$", "", name)
            assert self.types.get(family) == "histogram", f"{name} has no type before it"
        assert self.help.get(family), f"{family} has no help"
        key = name, tuple(sorted(_LABEL.findall(labels or "")))
        assert key not in self.samples, f"{key} is there twice"
        self.samples[key] = float(value)

    def value(self, name, **labels):
        """The one sample of this name with these labels, whatever others it has."""
        values = [
            value
            for (its_name, its_labels), value in self.samples.items()
            if its_name == name and set(labels.items()) <= set(its_labels)
        ]
        assert len(values) == 1, f"{name} {labels}: {values}"
        return values[0]

    def buckets(self, name):
        """(upper bound, count so far) of a histogram, in order."""
        return sorted(
            (float(dict(labels)["le"]), value)
            for (its_name, labels), value in self.samples.items()
            if its_name == name + "_bucket"
        )


def scrape(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return Scrape(answer.read().decode())
