"""Simplified Chinese for the texts of charts, by their English."""

# ruff: noqa: RUF001 (Chinese has punctuation of its own)

TEXTS = {
    "(no name)": "（无名称）",
    ", promised {promise}": "，承诺 {promise}",
    "90 % of the replicas": "90 % 的重复运行",
    "Amount": "金额",
    "Each cell is the mean over all values of {axes}.": "每格为 {axes} 所有取值下的均值。",
    "Each end is the mean over all cells with that value; the line is the mean of all cells.": (
        "每端为取该值的所有组合的均值；竖线为全部组合的均值。"
    ),
    "Bands: 95 % interval of the mean, and 90 % of the replicas around it.": (
        "色带：均值的 95 % 置信区间，以及其外围 90 % 的重复运行。"
    ),
    "Best: {value} at {where}.": "最优：{value}，位于 {where}。",
    "Between {least} and {most} per bar of {days} days.": "每柱（{days} 天）在 {least} 至 {most} 之间。",
    "Cash": "现金",
    "Cause": "原因",
    "Cumulative cash": "累计现金流",
    "Drawn with {after} of {before} points; the least and largest of every stretch are kept.": (
        "绘制了 {before} 个数据点中的 {after} 个；每一段的最小值和最大值均已保留。"
    ),
    "Each column is the largest of {n} bins.": "每列为 {n} 个时间区间的最大值。",
    "Each column is the mean of {n} bins.": "每列为 {n} 个时间区间的均值。",
    "Each line is exact at the ends of the buckets that hold the waits.": "各曲线在等待时间分桶的端点处为精确值。",
    "Effective training time of a job": "作业的有效训练时间比",
    "First wait": "首次等待时间",
    "From installed to useful GPU-hours": "从装机 GPU 时到有效 GPU 时",
    "From revenue to profit": "从收入到利润",
    "From {low} ({low_x}, {low_y}) to {high} ({high_x}, {high_y}).": (
        "从 {low}（{low_x}，{low_y}）到 {high}（{high_x}，{high_y}）。"
    ),
    "GPU": "GPU 卡",
    "GPU-hours": "GPU 时",
    "GPU-hours lost to outages, restarts included": "因停机损失的 GPU 时（含重启）",
    "GPU-hours stalled": "停滞的 GPU 时",
    "GPUs": "GPU 数",
    "GPUs asked for": "请求的 GPU 数",
    "GPUs by state and class": "按状态和类别划分的 GPU",
    "GPUs held": "占用的 GPU 数",
    "GPUs held by tenants over time": "各租户占用 GPU 随时间的变化",
    "GPUs of services": "推理服务的 GPU",
    "GPUs of the job": "作业的 GPU 数",
    "Half of {n} jobs had an effective training time of {median} or more, a tenth below {low}.": (
        "{n} 个作业中，一半的有效训练时间比不低于 {median}，一成低于 {low}。"
    ),
    "How full the pools are over time": "各资源池占用率随时间的变化",
    "How long jobs wait": "作业等待时间分布",
    "How long jobs wait in the cells": "各参数组合下的作业等待时间",
    "How much is luck: {kpi}": "随机因素的影响：{kpi}",
    "Jobs of {size} GPUs wait longest: 95 % of them at most {p95}, half at most {p50}.": (
        "{size} GPU 的作业等待最久：95 % 不超过 {p95}，一半不超过 {p50}。"
    ),
    "Link": "链路",
    "Mean {mean}; 90 % of {n} replicas lie between {low} and {high}.": (
        "均值 {mean}；{n} 次重复运行中有 90 % 介于 {low} 与 {high} 之间。"
    ),
    "Most jobs start at once in this cell: {cell}.": "此组合下立即启动的作业最多：{cell}。",
    "Not paid back.": "未收回投资。",
    "On average {gpus} GPUs are asked for by {jobs} waiting jobs, at most {most} GPUs.": (
        "平均有 {jobs} 个排队作业请求 {gpus} 个 GPU，最多时为 {most} 个。"
    ),
    "On average {used} of {all} GPUs are in use ({share}); at most {most}.": (
        "{all} 个 GPU 中平均有 {used} 个在用（{share}），最多时为 {most} 个。"
    ),
    "One replica: how much of this is luck is unknown.": "仅有一次运行：无法判断其中有多少属于随机因素。",
    "Outages": "停机次数",
    "Outages over time, by cause": "各类原因的停机随时间的分布",
    "Paid back after {years} years.": "{years} 年后收回投资。",
    "Pool": "资源池",
    "Requests": "请求",
    "Requests within the promise over time": "承诺内完成的请求随时间的变化",
    "Revenue over time": "收入随时间的变化",
    "Revenue {revenue}, cost {cost}, profit {profit}.": "收入 {revenue}，成本 {cost}，利润 {profit}。",
    "Service": "服务",
    "Services hold {held} GPUs on average, {least} to {most}; {ready} of what they hold takes requests.": (
        "推理服务平均占用 {held} 个 GPU（{least} 至 {most}），其中 {ready} 可接收请求。"
    ),
    "Share of the GPU-hours lost": "占损失 GPU 时的比例",
    "Share of the GPUs in use": "在用 GPU 的比例",
    "Share of the jobs": "作业占比",
    "Share of the jobs that wait at most so long": "等待不超过该时长的作业占比",
    "Share of the link's bandwidth in use": "链路带宽利用率",
    "Share of the offered requests": "占到达请求的比例",
    "Share of the outages": "占停机次数的比例",
    "Share of the replicas": "重复运行占比",
    "Share of the requests": "请求占比",
    "Tenant": "租户",
    "The busiest bin of {name} uses {most} of it; the mean of {first} is {mean}.": (
        "{name} 最繁忙的时间区间利用率为 {most}；{first} 的平均利用率为 {mean}。"
    ),
    "The datacenter": "数据中心",
    "The fullest pool is {name} with {most} of its GPUs in use on average, the emptiest {last} with {least}.": (
        "平均占用率最高的资源池为 {name}（{most}），最低的为 {last}（{least}）。"
    ),
    "The hottest links over time": "最繁忙链路的利用率随时间的变化",
    "The largest loss: {name}, {share}.": "最大的损失项：{name}，{share}。",
    "The parts of this run do not add up: {rest} GPU-hours are missing.": (
        "此次运行的各部分之和不等于总量：相差 {rest} GPU 时。"
    ),
    "The tide: requests offered, served and lost": "请求潮汐：到达、已服务与损失的请求",
    "The {n} emptiest pools are left out.": "占用率最低的 {n} 个资源池已略去。",
    "Time per further token (TPOT)": "每词元时延（TPOT）",
    "Time since the start": "自起始时刻的时间",
    "Time to the first token (TTFT)": "首词元时延（TTFT）",
    "Waits below one second stand at one second.": "不足一秒的等待按一秒绘制。",
    "What jobs made of the time they held GPUs": "作业占用 GPU 的时间利用情况",
    "What moves it most: {kpi}": "影响最大的因素：{kpi}",
    "What waits: GPUs that jobs in the queue ask for": "排队情况：队列中作业请求的 GPU",
    "Which causes cost most": "损失最大的故障原因",
    "Which links hold jobs up": "拖慢作业的链路",
    "Who waits: by size of the job": "谁在等待：按作业规模划分",
    "Years since the investment": "投资后的年数",
    "all others": "其他合计",
    "beyond the contract": "合约外超额用量",
    "capacity blocks": "容量块",
    "cash": "现金",
    "cells": "参数组合",
    "checkpoints": "检查点",
    "cluster": "集群",
    "colocation": "机柜托管",
    "commission": "平台分成",
    "core switch": "核心交换机",
    "credits": "SLA 赔付",
    "depreciation": "折旧",
    "down": "停机",
    "electricity": "电力",
    "front": "前沿",
    "held": "占用",
    "idle": "空闲",
    "in use": "在用",
    "installed": "装机",
    "interest": "利息",
    "jobs": "作业",
    "leaf group": "叶组",
    "leaf switch": "叶交换机",
    "mean": "均值",
    "network": "网络",
    "node": "节点",
    "not accounted for": "未归类",
    "offered": "到达",
    "on demand": "按需",
    "other costs": "其他成本",
    "outages": "停机",
    "oversubscribed {ratio} : 1": "收敛比 {ratio} : 1",
    "paid back": "收回投资",
    "profit": "利润",
    "promised: {name}": "承诺：{name}",
    "ready for requests": "可接收请求",
    "refunds": "免计费",
    "rent": "租入成本",
    "replicas": "重复运行",
    "reserved": "预留",
    "restarts": "重启",
    "revenue": "收入",
    "served": "已服务",
    "services": "推理服务",
    "share of the cause": "该原因占比",
    "software": "软件",
    "spare": "备用",
    "spine switch": "脊交换机",
    "spot": "竞价",
    "staff": "人员",
    "stalled": "停滞",
    "tax": "税费",
    "together with those before": "累计占比",
    "tokens from the cache": "缓存词元",
    "tokens in": "输入词元",
    "tokens out": "输出词元",
    "turned away or given up": "被拒绝或放弃",
    "useful": "有效",
    "wanted by the autoscaler": "自动扩缩容所需",
    "work lost": "丢失的工作",
    "{all} of the offered requests of services with a promise are served within it, {worst} in the worst bin.": (
        "有承诺的服务所收到的请求中，{all} 在承诺内完成；最差的时间区间为 {worst}。"
    ),
    "{all} outages of {causes} causes began; the most frequent: {name}, {count}.": (
        "共发生 {all} 次停机，涉及 {causes} 类原因；最频繁的是 {name}，{count} 次。"
    ),
    "{axis} stands at {value}.": "{axis} 取 {value}。",
    "{clusters} clusters, {nodes} nodes, {gpus} GPUs.": "{clusters} 个集群，{nodes} 个节点，{gpus} 个 GPU。",
    "{few} of {all} causes make up 80 % of {total} {what}; the first is {name} with {share}.": (
        "{all} 类原因中的 {few} 类占 {total} {what}的 80 %；居首的是 {name}，占 {share}。"
    ),
    "{hours} GPU-hours of jobs were lost to waiting for {n} links; {name} alone took {share}.": (
        "作业因等待 {n} 条链路损失了 {hours} GPU 时；其中 {name} 一条占 {share}。"
    ),
    "{kpi} by {x}": "{kpi}随 {x} 的变化",
    "{kpi} by {x} and {y}": "{kpi}随 {x} 与 {y} 的变化",
    "{mean} requests/s are offered on average and {most} at most ({ratio} times the mean); {lost} of all are lost.": (
        "平均每秒到达 {mean} 个请求，峰值 {most} 个（为均值的 {ratio} 倍）；{lost} 的请求未被服务。"
    ),
    "{name} holds most: {gpus} GPUs on average, {share} of what all tenants hold.": (
        "{name} 占用最多：平均 {gpus} 个 GPU，占全部租户占用量的 {share}。"
    ),
    "{name} moves it most: from {low} ({low_label}) to {high} ({high_label}).": (
        "{name} 的影响最大：从 {low}（{low_label}）到 {high}（{high_label}）。"
    ),
    "{name}: 95 % of the requests within {p95}": "{name}：95 % 的请求不超过 {p95}",
    "{n} causes with fewer outages are left out.": "停机较少的 {n} 类原因已略去。",
    "{n} cells are left out.": "已略去 {n} 个参数组合。",
    "{n} jobs": "{n} 个作业",
    "{n} jobs never start and are not counted.": "{n} 个作业从未启动，未计入。",
    "{n} links with less are left out.": "数值较小的 {n} 条链路已略去。",
    "{n} more clusters are left out.": "其余 {n} 个集群已略去。",
    "{n} of {all} cells are not beaten in both; the ends: {first} and {last}.": (
        "{all} 个组合中有 {n} 个未在两项指标上同时被超越；两端为 {first} 和 {last}。"
    ),
    "{n} of {all} runs are missing or failed.": "{all} 次运行中有 {n} 次缺失或失败。",
    "{n} outages": "{n} 次停机",
    "{share} of {n} jobs start at once; half wait at most {p50}, 95 % at most {p95}, the longest {most}.": (
        "{n} 个作业中 {share} 立即启动；一半的等待不超过 {p50}，95 % 不超过 {p95}，最长 {most}。"
    ),
    "{useful} of {capacity} GPU-hours are useful: {share}.": "{capacity} GPU 时中有 {useful} 为有效：{share}。",
    "{x} against {y}": "{x}与{y}的对比",
}
