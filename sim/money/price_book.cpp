#include "sim/money/price_book.h"

#include <algorithm>

namespace tidepool::money {

bool PriceBook::sells_tokens(std::uint32_t service) const {
    return std::ranges::any_of(tokens,
                               [&](const TokenPrice& price) { return price.service == service; });
}

bool PriceBook::has_contract(std::uint32_t tenant, std::uint32_t model) const {
    return std::ranges::any_of(contracts, [&](const Contract& contract) {
        return contract.tenant == tenant && contract.model == model;
    });
}

}  // namespace tidepool::money
