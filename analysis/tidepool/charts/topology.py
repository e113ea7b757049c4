"""What the datacenter is made of."""

from __future__ import annotations

from collections.abc import Sequence

from tidepool.chart import Box, Chart, Diagram
from tidepool.charts.common import Run
from tidepool.numbers import plain
from tidepool.results import Table
from tidepool.words import Words

MOST_CLUSTERS = 12


def charts(runs: Sequence[Run], _: Words) -> list[Chart]:
    """A diagram for each different datacenter among the runs."""
    made, seen = [], []
    for run in runs:
        table = run.result.columns(
            "topology",
            *(
                "name",
                "server",
                "gpu_model",
                "nodes",
                "gpus_per_node",
                "pods",
                "racks",
                "leaf_groups",
                "leaves",
            ),
            *(
                "nodes_per_leaf_group",
                "nodes_per_pod",
                "nodes_per_rack",
                "spines",
                "cores",
                "oversubscription",
            ),
        )
        if len(table.get("name", ())) == 0:
            continue
        boxes = _boxes(run, table, _)
        if boxes not in seen:
            seen.append(boxes)
            made.append(_chart(run, table, boxes, _))
    return made


def _chart(run: Run, table: Table, boxes: tuple[Box, ...], _: Words) -> Chart:
    gpus = int((table["nodes"].astype(int) * table["gpus_per_node"]).sum())
    summary = _(
        "{clusters} clusters, {nodes} nodes, {gpus} GPUs.",
        clusters=len(table["name"]),
        nodes=plain(int(table["nodes"].sum())),
        gpus=plain(gpus),
    )
    left = len(table["name"]) - MOST_CLUSTERS
    notes = (_("{n} more clusters are left out.", n=left),) if left > 0 else ()
    title = run.title(_("The datacenter"))
    return Chart(run.id("topology"), "topology", title, summary, Diagram(boxes), notes)


def _boxes(run: Run, table: Table, _: Words) -> tuple[Box, ...]:
    models = run.result.names("gpu_model")
    return tuple(_cluster(table, row, models, _) for row in range(min(len(table["name"]), MOST_CLUSTERS)))


def _cluster(table: Table, row: int, models: Sequence[str], _: Words) -> Box:
    at = {name: table[name][row] for name in table}
    model = models[int(at["gpu_model"])] if int(at["gpu_model"]) < len(models) else ""
    gpu = Box(model, _("GPU"), int(at["gpus_per_node"]))
    node = Box(str(at["server"]), _("node"), int(at["nodes"]), parts=(gpu,))
    inner: tuple[Box, ...] = (node,)
    per_group, groups = int(at["nodes_per_leaf_group"]), int(at["leaf_groups"])
    if groups and per_group:
        leaves = Box("", _("leaf switch"), max(1, round(int(at["leaves"]) / groups)))
        inner = (
            Box(
                "",
                _("leaf group"),
                groups,
                parts=(leaves, Box(node.name, node.kind, per_group, parts=(gpu,))),
            ),
        )
    above = [
        Box("", kind, int(at[name]))
        for name, kind in (("cores", _("core switch")), ("spines", _("spine switch")))
        if int(at[name])
    ]
    ratio = float(at["oversubscription"])
    note = _("oversubscribed {ratio} : 1", ratio=plain(ratio, 3)) if ratio > 1 else ""
    return Box(str(at["name"]), _("cluster"), 1, note, (*above, *inner))
