#include "sim/scenario/compile_contracts.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "sim/scenario/compile_price_list.h"
#include "sim/scenario/price_text.h"

namespace tidepool::scenario {
namespace {

using money::Contract;
using topology::Where;

constexpr std::int64_t kBillion = 1'000'000'000;

class ContractCompiler {
public:
    ContractCompiler(const PricesSpec& prices, const PriceNames& names,
                     const money::PriceBook& book, const PriceClock& clock, const Where& where,
                     Issues& issues)
        : prices_(prices),
          names_(names),
          book_(book),
          clock_(clock),
          exchange_(prices),
          where_(where),
          issues_(issues) {}

    std::vector<Contract> compile() {
        for (std::size_t c = 0; c < prices_.contracts.size(); ++c) {
            read(prices_.contracts[c], where_[c]);
        }
        check_sums();
        return std::move(contracts_);
    }

private:
    void read(const ContractSpec& spec, const Where& where) {
        Contract contract;
        const auto tenant = find_tenant(spec.tenant, names_, where["tenant"], issues_);
        const auto model = find_model(spec.gpu, names_, where["gpu"], issues_);
        const auto from = clock_.tick(spec.from, where["from"], issues_);
        if (!tenant || !model || !from) {
            return;
        }
        contract.tenant = *tenant;
        contract.model = *model;
        contract.block = spec.kind == ContractKind::kBlock;
        contract.prepaid = *Exact(*billionths(spec.prepaid.value), kBillion).share();
        if (!read_term(spec, *from, where, contract) || !read_quantity(spec, where, contract)) {
            return;
        }
        const auto price = price_of(spec, *from, where, contract);
        if (!price) {
            return;
        }
        const auto rate = price->rate();
        if (!rate) {
            topology::report(issues_, where["price"], "is too fine to be exact",
                             "use fewer decimals");
            return;
        }
        contract.price = *rate;
        contracts_.push_back(contract);
        places_.push_back(where);
    }

    // A contract from before the run goes on in it.
    bool read_term(const ContractSpec& spec, std::int64_t from, const Where& where,
                   Contract& contract) {
        const std::int64_t to = from + static_cast<std::int64_t>(spec.term.value * kTicksPerSecond);
        if (to <= 0) {
            topology::report(issues_, where["term"], "has ended before the run starts");
            return false;
        }
        if (from < 0 && spec.prepaid.value > 0) {
            topology::report(issues_, where["prepaid"],
                             "was paid before the run, at the contract's `from`",
                             "leave it out, and let the price be what remains to be paid");
            return false;
        }
        if (from >= kNever.value) {
            topology::report(issues_, where["from"], "lies beyond the clock");
            return false;
        }
        contract.from = Ticks{static_cast<std::uint32_t>(std::max<std::int64_t>(from, 0))};
        contract.to = static_cast<std::uint64_t>(to);
        return true;
    }

    bool read_quantity(const ContractSpec& spec, const Where& where, Contract& contract) {
        const QuantityText quantity = parse_quantity_text(spec.quantity).value;
        const PriceNames::Model& model = names_.models[contract.model];
        if (!quantity.pflops) {
            contract.gpus = static_cast<std::uint64_t>(quantity.billionths / kBillion);
            return true;
        }
        if (model.sparse_gflops == 0) {
            topology::report(
                issues_, where["quantity"],
                "is in P, but the rate of '" + model.name + "' with sparsity is not known",
                "give the GPUs, or `sparsity` in `topology.catalog`");
            return false;
        }
        contract.gpus = static_cast<std::uint64_t>(
            money::Wide{quantity.billionths} /
            (money::Wide{1000} * static_cast<money::Wide>(model.sparse_gflops)));
        if (contract.gpus == 0) {
            topology::report(issues_, where["quantity"],
                             "is less than one GPU (got '" + spec.quantity + "')");
            return false;
        }
        return true;
    }

    // Of the whole quantity, per tick.
    std::optional<Exact> price_of(const ContractSpec& spec, std::int64_t from, const Where& where,
                                  const Contract& contract) {
        const auto gpus = static_cast<money::Wide>(contract.gpus);
        if (spec.discount) {
            return discounted(spec, from, where, contract);
        }
        const PriceText text = parse_price(spec.price).value;
        const QuantityText quantity = parse_quantity_text(spec.quantity).value;
        const auto price = exchange_.price(text, where["price"], issues_);
        if (!price) {
            return std::nullopt;
        }
        if (text.basis == PriceBasis::kPflops && quantity.pflops) {
            return price->times(quantity.billionths, kBillion);
        }
        const auto each = per_gpu(*price, text.basis, names_.models[contract.model]);
        if (!each) {
            topology::report(issues_, where["price"],
                             "is per P, but the rate of '" + names_.models[contract.model].name +
                                 "' with sparsity is not known",
                             "give it per GPU, or `sparsity` in `topology.catalog`");
            return std::nullopt;
        }
        return each->times(gpus, 1);
    }

    std::optional<Exact> discounted(const ContractSpec& spec, std::int64_t from, const Where& where,
                                    const Contract& contract) {
        const money::PricePath* list = book_.price(money::Plan::kOnDemand, contract.model);
        if (from < 0) {
            topology::report(issues_, where["discount"],
                             "is off the price at `from`, which lies before the run",
                             "give the `price`");
            return std::nullopt;
        }
        if (list == nullptr) {
            topology::report(issues_, where["discount"],
                             "needs a list price of `on-demand` for '" +
                                 names_.models[contract.model].name + "' in all of the run");
            return std::nullopt;
        }
        const money::Rate rate = list->at(contract.from);
        return Exact(rate.numerator, rate.denominator)
            .times(kBillion - *billionths(spec.discount->value), kBillion)
            .times(static_cast<money::Wide>(contract.gpus), 1);
    }

    void check_sums() {
        for (std::size_t c = 0; c < contracts_.size(); ++c) {
            const Contract& contract = contracts_[c];
            const std::uint64_t gpus = names_.models[contract.model].gpus;
            money::Wide sum = 0;
            for (const Contract& other : contracts_) {
                const bool meets = other.model == contract.model && other.from <= contract.from &&
                                   contract.from.value < other.to;
                sum += meets ? static_cast<money::Wide>(other.gpus) : 0;
            }
            if (gpus > 0 && sum > static_cast<money::Wide>(gpus)) {
                topology::report(issues_, places_[c]["quantity"],
                                 "when it begins, contracts promise more than the " +
                                     std::to_string(gpus) + " GPUs of '" +
                                     names_.models[contract.model].name + "' there are (got " +
                                     std::to_string(static_cast<std::uint64_t>(sum)) + ")");
            }
        }
    }

    const PricesSpec& prices_;
    const PriceNames& names_;
    const money::PriceBook& book_;
    const PriceClock& clock_;
    Exchange exchange_;
    Where where_;
    Issues& issues_;
    std::vector<Contract> contracts_;
    std::vector<Where> places_;  // of them
};

}  // namespace

std::vector<Contract> compile_contracts(const PricesSpec& prices, const PriceNames& names,
                                        const money::PriceBook& book, const PriceClock& clock,
                                        const Where& where, Issues& issues) {
    return ContractCompiler(prices, names, book, clock, where, issues).compile();
}

std::optional<std::uint32_t> find_tenant(const std::string& name, const PriceNames& names,
                                         const Where& where, Issues& issues) {
    const auto found = std::find(names.tenants.begin() + 1, names.tenants.end(), name);
    if (found != names.tenants.end()) {
        return static_cast<std::uint32_t>(found - names.tenants.begin());
    }
    topology::report(issues, where, "there is no such tenant (got '" + name + "')",
                     did_you_mean(name, {names.tenants.begin() + 1, names.tenants.end()}));
    return std::nullopt;
}

}  // namespace tidepool::scenario
