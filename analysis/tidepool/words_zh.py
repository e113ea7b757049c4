"""Simplified Chinese for `tidepool.words`: the texts of the report by their English; charts and KPIs elsewhere."""

# ruff: noqa: RUF001 (Chinese has punctuation of its own)

from tidepool.words_zh_charts import TEXTS as CHARTS
from tidepool.words_zh_kpis import KPIS

__all__ = ["KPIS", "TEXTS"]

TEXTS = {
    **CHARTS,
    # Page
    " and {n} more": " 等（另有 {n} 个文件）",
    "All numbers": "全部指标",
    "Changes are against file A.": "变化均相对于文件 A。",
    "The runs ended after different times ({lengths}): totals grow with time.": (
        "各次运行的结束时间不同（{lengths}）：总量类指标随时间增长。"
    ),
    "Changes of numbers that cannot be compared are left out.": "不可比指标的变化已略去。",
    "Charts need JavaScript. Their numbers are in the tables below them.": (
        "图表需要启用 JavaScript；图表数据见其下方的表格。"
    ),
    "Each file is one run: a small change may be luck; a sweep with replicas tells.": (
        "每个文件仅为一次运行：微小变化可能出于随机因素，可用多次重复的参数扫描来判断。"
    ),
    "Light or dark": "浅色 / 深色",
    "Note": "注意",
    "Point at a chart for its values; drag over a part to enlarge it, click twice to go back.": (
        "将指针移到图表上可查看数值；拖选区域可放大，双击还原。"
    ),
    "Sections": "章节",
    "Skip to the content": "跳至正文",
    "So many files: charts have fewer points than usual. Every bin keeps its smallest and its largest value.": (
        "文件较多，图表的数据点少于通常数量；每个区间的最小值和最大值均已保留。"
    ),
    "Table of {title}": "数据表：{title}",
    "The files count in different currencies ({names}).": "各文件的货币不同（{names}）。",
    "The files cover different lengths of time.": "各文件覆盖的时长不同。",
    "The numbers as a table": "以表格查看数据",
    "This page holds everything it needs and loads nothing. Charts are drawn by plotly.js (MIT licence).": (
        "本页自包含全部内容，不加载任何外部资源。图表由 plotly.js（MIT 许可证）绘制。"
    ),
    "Verdict": "结论",
    # Sections
    "Capacity over time": "算力容量随时间的变化",
    "Failures and ETTR": "故障与有效训练时间比（ETTR）",
    "From capacity to useful work": "从装机容量到有效算力",
    "Hottest links": "最繁忙的链路",
    "How to reproduce": "如何复现",
    "Latency against the promise": "时延与承诺的对比",
    "Revenue, cost and cash": "收入、成本与现金流",
    "Tenants and pools": "租户与资源池",
    "The sweep: what moves the result": "参数扫描：哪些因素影响结果",
    "The tide: demand and units": "算力潮汐：需求与服务单元",
    "Topology": "网络拓扑",
    "Waiting in the queue": "排队等待",
    "What differs": "配置差异",
    "What differs between the scenarios": "场景之间的差异",
    # Files
    "Engine / network": "引擎 / 网络",
    "Length": "时长",
    "Runs": "运行",
    "Seed": "随机种子",
    "Starts": "起始时间",
    "Status": "状态",
    "Varies": "变化参数",
    "complete": "已完成",
    "failed": "失败",
    "interrupted": "已中断",
    "running": "运行中",
    "until the last job has ended": "直至最后一个作业结束",
    "{cells} cells, {replicas} replicas": "{cells} 个组合，各 {replicas} 次重复",
    "{name} is not finished ({status}): it got to {reached} of {length}. Numbers that are not in it yet are "
    "missing here.": "{name} 尚未完成（{status}）：已进行到 {reached}，计划为 {length}。文件中还没有的数据在此缺失。",
    "{name} is not finished ({status}): {done} of {all} runs are in it.": (
        "{name} 尚未完成（{status}）：已包含 {all} 次运行中的 {done} 次。"
    ),
    # Verdict
    "ETTR of training": "训练 ETTR",
    "GPU utilisation": "GPU 分配率",
    "Goodput": "有效算力率",
    "Gross margin": "毛利率",
    "Lost GPU-hours": "损失的 GPU 时",
    "Payback": "投资回收期",
    "Profit": "利润",
    "Revenue": "收入",
    "SLO attainment": "SLO 达标率",
    "Wait, 95th percentile": "等待时间 P95",
    "better": "更优",
    "changed": "有变化",
    "unchanged": "无变化",
    "worse": "更差",
    # Numbers
    "Capacity": "容量",
    "Inference services": "推理服务",
    "Jobs and queue": "作业与队列",
    "Left out, because no file defines them: numbers, {n} in all.": "所有文件均无定义的指标已略去，共 {n} 项。",
    "Money": "经济性",
    "Network": "网络",
    "Number": "指标",
    "Reliability": "可靠性",
    "Tenants": "租户",
    "There are no numbers yet: the run has not got to its end.": "尚无指标：运行还没有结束。",
    "Value": "数值",
    "endless": "无穷大",
    "minus endless": "负无穷大",
    "never": "无法回收",
    "not defined": "无定义",
    "not in this file": "此文件中没有",
    "years": "年",
    "{number} pp": "{number} 个百分点",
    # Sweeps
    ", {n} failed: {why}": "，{n} 次失败：{why}",
    "; 95 % interval {low} to {high} from {n} runs": "；95 % 置信区间 {low} 至 {high}（{n} 次运行）",
    "; intervals of other cells that overlap it: {n}": "；区间与之重叠的其他组合：{n} 个",
    "; one run only, so no interval": "；仅一次运行，无置信区间",
    "Complete": "完成情况",
    "Every cell": "全部参数组合",
    "Highest mean": "最高均值",
    "Left out in between: cells, {n} in all.": "中间的参数组合已略去，共 {n} 个。",
    "Left out, because no cell defines them: numbers, {n} in all.": "所有组合均无定义的指标已略去，共 {n} 项。",
    "Lowest mean": "最低均值",
    "Means over the runs of a cell, ± half of the 95 % interval where there is one; ★ marks the best mean.": (
        "数值为同一组合各次运行的均值，± 后为 95 % 置信区间的半宽（如有）；★ 表示最优均值。"
    ),
    "There are no statistics yet: the sweep has not got to its end.": "尚无统计：参数扫描还没有结束。",
    "all cells alike": "所有组合相同",
    "best": "最优",
    "best at {cell}": "最优组合：{cell}",
    "in the cell": "所在组合",
    "the same in all {n} cells": "全部 {n} 个组合相同",
    "{n} of {all} runs": "{n} / {all} 次运行",
    # Tables and charts
    "Input": "输入参数",
    "Left out in between: columns, {n} in all.": "中间的列已略去，共 {n} 列。",
    "Left out in between: rows, {n} in all.": "中间的行已略去，共 {n} 行。",
    "Series": "系列",
    "Step": "步骤",
    "from": "下限",
    "highest value of the input": "输入参数取最大值",
    "lowest value of the input": "输入参数取最小值",
    "to": "上限",
    # Differences and origin
    "Built with": "构建环境",
    "Bytes": "字节数",
    "File": "文件",
    "Further inputs, named in the file only: {n}.": "其余 {n} 个输入文件见结果文件。",
    "Further lines, not shown here: {n}.": "其余 {n} 行未在此显示。",
    "Hash of all decisions": "全部决策的哈希值",
    "Inputs": "输入文件",
    "Inputs ({n}) and their SHA-256": "输入文件（{n} 个）及其 SHA-256",
    "Made": "生成时间",
    "Overrides:": "覆盖的参数：",
    "Ran on": "运行设备",
    "Scenario as it ran, with every default": "实际运行的场景（含全部默认值）",
    "Scenarios as they ran, with every default. Lines with - are only in the first, lines with + only in the other.": (
        "以下为实际运行的场景（含全部默认值）。- 表示仅第一个文件中有的行，+ 表示仅另一个文件中有的行。"
    ),
    "Schema of the file": "文件格式版本",
    "Sweep": "扫描标识",
    "Sweep as it was written": "参数扫描文件原文",
    "The file does not say which command made it (--reproducible). The scenario below, with the same seed and "
    "inputs, makes the same bytes.": (
        "文件未记录生成它的命令（--reproducible）。以相同的种子和输入运行下方场景，可得到逐字节相同的文件。"
    ),
    "The rest is in the file.": "其余部分见结果文件。",
    "This command made the file:": "生成此文件的命令：",
    "This report": "本报告",
    "Took": "耗时",
    "Version": "版本",
    "they differ, and are too long to be shown here": "二者不同，因过长而不在此显示",
}
