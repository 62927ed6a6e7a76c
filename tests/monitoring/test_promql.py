"""The reader of expressions and the lists that it is held against."""

import unittest

import exported
import promql


class Names(unittest.TestCase):
    def test_metrics_are_told_from_functions_labels_words_and_durations(self) -> None:
        expression = (
            'sum by (le, route) (rate(a_bucket{code=~"x|y", le="0.5"}[$__rate_interval])) / on (pod) group_left (node)'
            " b:c:rate5m offset 1w and absent(d) * 1e3 > bool 2 or max_over_time(e[5m:1m]) unless topk(3, f) < inf"
        )
        self.assertEqual(promql.metrics(expression), {"a_bucket", "b:c:rate5m", "d", "e", "f"})

    def test_a_word_in_a_string_is_no_metric(self) -> None:
        self.assertEqual(promql.metrics('label_replace(up, "pod", "$1", "instance", "(mysql_up).*")'), {"up"})

    def test_a_metric_that_nobody_exports_is_found(self) -> None:
        known = {"a_seconds", "b_total"}
        self.assertEqual(promql.unknown("rate(a_seconds_bucket[5m]) + rate(b_total[5m]) + c", known), {"c"})
        self.assertEqual(promql.unknown("rate(b_total_sum[5m])", {"a_seconds"}), {"b_total_sum"})

    def test_the_lists_hold_names_alone(self) -> None:
        for name in exported.everything():
            self.assertRegex(name, r"^[a-zA-Z_:][a-zA-Z0-9_:]*$")


if __name__ == "__main__":
    unittest.main()
