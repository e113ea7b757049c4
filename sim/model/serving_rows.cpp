#include "sim/model/serving_rows.h"

#include <array>
#include <cmath>

namespace tidepool::model {
namespace {

constexpr std::array kModels{
    ServedModel{"llama-3.1-8b", 8.03e9, 131'072, 1, "32 layers x 8 KV heads x 128"},
    ServedModel{"llama-3.3-70b", 70.55e9, 327'680, 1, "80 layers x 8 KV heads x 128"},
    ServedModel{"llama-3.1-405b", 405.853e9, 516'096, 1, "126 layers x 8 KV heads x 128"},
    // The weights of its experts lie spread over the 18 nodes of a unit of decoding; 8 GPUs are a
    // node's share of that. Its KV cache has 70 KB per token (latent attention; unconfirmed).
    ServedModel{"deepseek-v3", 671e9, 70'000, 18, "a node's share of a unit of 18"},
    ServedModel{"llama2-70b", 70e9, 327'680, 1, "80 layers x 8 KV heads x 128"},
    ServedModel{"bloom-176b", 176e9, 4'014'080, 1, "70 layers x 112 heads x 128"},
};

constexpr std::array kGpus{
    ServingGpu{"h100", "h100-sxm"}, ServingGpu{"h200", "h200"},    ServingGpu{"h20", "h20"},
    ServingGpu{"h800", "h800-sxm"}, ServingGpu{"a100", "a100-80"}, ServingGpu{"b200", "b200"},
};

constexpr std::array kScaled{
    ScaledPair{"llama-3.1-8b", "h20", 1},    ScaledPair{"llama-3.1-8b", "h800", 1},
    ScaledPair{"llama-3.1-8b", "a100", 1},   ScaledPair{"llama-3.1-8b", "b200", 1},
    ScaledPair{"llama-3.3-70b", "h20", 2},   ScaledPair{"llama-3.3-70b", "h800", 2},
    ScaledPair{"llama-3.3-70b", "a100", 4},  ScaledPair{"llama-3.1-405b", "h20", 8},
    ScaledPair{"llama-3.1-405b", "h800", 8}, ScaledPair{"llama-3.1-405b", "a100", 16},
    ScaledPair{"deepseek-v3", "h200", 8},    ScaledPair{"deepseek-v3", "h20", 8},
    ScaledPair{"deepseek-v3", "a100", 8},    ScaledPair{"deepseek-v3", "b200", 8},
};

constexpr std::string_view kTensorRt = "TensorRT-LLM 1.0, perf-overview";
constexpr std::string_view kSplitwise = "Splitwise, perf_model.csv";
constexpr double kFitBatch = 256;  // what the runs' batches are taken to be, where memory allows

// Output tokens per s for the lengths of that page, in its order.
std::vector<ThroughputRow> rows(const std::array<double, 10>& rates) {
    constexpr std::array<std::array<std::uint32_t, 2>, 10> kLengths{{{128, 128},
                                                                     {128, 2048},
                                                                     {128, 4096},
                                                                     {500, 2000},
                                                                     {1000, 1000},
                                                                     {1000, 2000},
                                                                     {2048, 128},
                                                                     {2048, 2048},
                                                                     {5000, 500},
                                                                     {20000, 2000}}};
    std::vector<ThroughputRow> result;
    for (std::size_t i = 0; i < rates.size(); ++i) {
        result.push_back({kLengths[i][0], kLengths[i][1], rates[i]});
    }
    return result;
}

MeasuredUnit tensor_rt(std::string_view model, std::string_view gpu, std::int64_t gpus,
                       Precision precision, const std::array<double, 10>& rates) {
    return {model, gpu, gpus, precision, kFitBatch, rows(rates), 0, 0, {}, {}, kTensorRt};
}

MeasuredUnit node(std::string_view gpu, double prompt_rate, double answer_rate,
                  std::string_view source) {
    // 20 to 22 tokens/s per user at 14.8 k of a node: batches of 705.
    constexpr double kBatch = 705;
    return {"deepseek-v3",        gpu, 8,  kFp8,  kBatch, {}, 1 / prompt_rate,
            kBatch / answer_rate, {},  {}, source};
}

// ms by tokens of the prompts of an iteration and by answers in the batch.
struct Point {
    std::uint64_t at;
    double ms;
};
TimeTable table(std::initializer_list<Point> points) {
    TimeTable result;
    for (const Point& each : points) {
        result.push_back({each.at, static_cast<std::uint64_t>(std::floor(each.ms * 1e6 + 0.5))});
    }
    return result;
}

// Prompts up to 2,048 tokens alone, beyond that 8, 16, 32 and 64 prompts of 512. Times that fall
// within the scatter of the runs are left out: H100, 128 tokens (55.3 +- 5.8); A100, batch of 2.
MeasuredUnit splitwise(std::string_view model, std::string_view gpu,
                       std::initializer_list<Point> prompts,
                       std::initializer_list<Point> iterations) {
    return {model, gpu, 8, kBf16, 64, {}, 0, 0, table(prompts), table(iterations), kSplitwise};
}

std::vector<MeasuredUnit> throughputs() {
    return {
        tensor_rt("llama-3.1-8b", "h100", 1, kFp8,
                  {28312, 22714, 14325, 17660, 15220, 13899, 3450, 9305, 3459, 1351}),
        tensor_rt("llama-3.1-8b", "h200", 1, kFp8,
                  {27911, 26221, 18027, 20770, 17744, 16828, 3538, 12194, 3902, 1804}),
        tensor_rt("llama-3.3-70b", "h100", 2, kFp8,
                  {6378, 6651, 4199, 5222, 4205, 4146, 762, 3082, 898, 437}),
        tensor_rt("llama-3.3-70b", "h200", 1, kFp8,
                  {3803, 4336, 2872, 3666, 2909, 2994, 442, 2003, 566, 283}),
        tensor_rt("llama-3.3-70b", "b200", 1, kFp4,
                  {11147, 9922, 6831, 7762, 7007, 6271, 1339, 4783, 1459, 665}),
        tensor_rt("llama-3.1-405b", "h100", 8, kFp8,
                  {3627, 4340, 3116, 3994, 2919, 2895, 453, 2296, 610, 345}),
        tensor_rt("llama-3.1-405b", "h200", 8, kFp8,
                  {3814, 5348, 4741, 4724, 3330, 3722, 456, 2948, 650, 505}),
        tensor_rt("llama-3.1-405b", "b200", 4, kFp4,
                  {6281, 8020, 6345, 6244, 5209, 4933, 749, 4212, 1048, 672}),
        // 73.7 k tokens/s of prompts per node, of which 56.3 % came from the cache.
        node("h800", 73'700 * (1 - 0.563), 14'800, "DeepSeek open-infra-index, day 6"),
        node("h100", 52'300, 22'300, "lmsys, 12 nodes with SGLang; its batch is not known"),
    };
}

std::vector<MeasuredUnit> llama_times() {
    return {
        splitwise("llama2-70b", "h100",
                  {{256, 52.51},
                   {512, 56.65},
                   {1024, 78.31},
                   {2048, 136.58},
                   {4096, 377.61},
                   {8192, 805.36},
                   {16384, 1549.80},
                   {32768, 2941.71}},
                  {{1, 29.70},
                   {2, 30.13},
                   {4, 31.80},
                   {8, 32.43},
                   {16, 34.17},
                   {32, 38.86},
                   {64, 49.99}}),
        splitwise("llama2-70b", "a100",
                  {{128, 65.10},
                   {256, 67.05},
                   {512, 95.72},
                   {1024, 154.62},
                   {2048, 274.16},
                   {4096, 764.51},
                   {8192, 2063.53},
                   {16384, 3529.49},
                   {32768, 7635.27}},
                  {{1, 44.91}, {4, 45.78}, {8, 46.50}, {16, 50.44}, {32, 53.16}, {64, 71.26}}),
    };
}

std::vector<MeasuredUnit> bloom_times() {
    return {
        splitwise("bloom-176b", "h100",
                  {{128, 48.44},
                   {256, 51.15},
                   {512, 75.92},
                   {1024, 132.79},
                   {2048, 258.29},
                   {4096, 627.88},
                   {8192, 1301.25},
                   {16384, 2520.00},
                   {32768, 5005.10}},
                  {{1, 35.97},
                   {2, 36.99},
                   {4, 38.01},
                   {8, 38.14},
                   {16, 40.91},
                   {32, 45.98},
                   {64, 64.04}}),
        splitwise("bloom-176b", "a100",
                  {{128, 77.31},
                   {256, 99.24},
                   {512, 173.95},
                   {1024, 289.67},
                   {2048, 540.23},
                   {4096, 1321.78},
                   {8192, 3554.88},
                   {16384, 5772.75},
                   {32768, 11278.31}},
                  {{1, 48.79},
                   {2, 50.06},
                   {4, 51.04},
                   {8, 52.93},
                   {16, 57.33},
                   {32, 65.68},
                   {64, 96.63}}),
    };
}

}  // namespace

std::span<const ServedModel> served_models() {
    return kModels;
}

std::span<const ServingGpu> serving_gpus() {
    return kGpus;
}

std::span<const ScaledPair> scaled_pairs() {
    return kScaled;
}

const std::vector<MeasuredUnit>& measured_units() {
    static const std::vector<MeasuredUnit> units = [] {
        std::vector<MeasuredUnit> all = throughputs();
        for (const auto& more : {llama_times(), bloom_times()}) {
            all.insert(all.end(), more.begin(), more.end());
        }
        return all;
    }();
    return units;
}

}  // namespace tidepool::model
