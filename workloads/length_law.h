#pragma once
// How many tokens a prompt or an answer has: a LengthSpec as a function of a number between 0
// and 1.

#include <cstdint>
#include <map>
#include <vector>

#include "workloads/tide_spec.h"

namespace tidepool::workloads {

class LengthLaw {
public:
    // Of `in` and `out` of a spec that has been validated, presets included.
    static LengthLaw in(const LengthsSpec& spec);
    static LengthLaw out(const LengthsSpec& spec);

    // A whole number of 1 .. `most`: the quantile of u in (0, 1), times `scale`, rounded and cut.
    std::uint32_t tokens(double u, double scale = 1) const;
    bool is_fixed() const { return kind_ == Kind::kFixed; }

    // Mean of tokens() over u in [from, to], from 16 values in between; from far more where `from`
    // is 0 or `to` is 1.
    double mean_between(double from, double to, double scale = 1) const;

private:
    enum class Kind : std::uint8_t { kFixed, kExponential, kLognormal, kTable };
    LengthLaw(const LengthSpec& spec, std::int64_t most);
    double quantile(double u) const;
    double quantile_of_table(double u) const;

    Kind kind_ = Kind::kFixed;
    double a_ = 1, b_ = 0;  // fixed or mean; mu and sigma
    double most_ = 1;
    std::vector<double> shares_, values_;  // of a table
};

// Mean lengths of a law that is scaled until its mean is a wanted one (RateStep::tokens_in), except
// for what rounding and cutting do to it.
class LengthMeans {
public:
    explicit LengthMeans(const LengthLaw& law);  // which must outlive this

    // The factor that quantiles are multiplied by for a wanted mean; 0: the law as it is.
    double scale_for(double wanted) const { return wanted > 0 ? wanted / own_ : 1; }
    // Mean of LengthLaw::tokens() so scaled: within 2e-5 of the truth, relative, for scale 1,
    // within 5e-4 otherwise (worked out at 64 scales per octave, linear in between).
    double mean(double scale);

private:
    double at_grid(int index);

    const LengthLaw& law_;
    double own_ = 1;
    std::map<int, double> known_;  // by grid index
};

}  // namespace tidepool::workloads
