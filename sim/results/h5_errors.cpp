#include "sim/results/h5_errors.h"

#include <string>
#include <type_traits>

#include <hdf5.h>

#include "sim/base/issue.h"

namespace tidepool::results::h5 {
namespace {

static_assert(std::is_same_v<H5E_auto2_t, int (*)(std::int64_t, void*)>);

herr_t innermost(unsigned, const H5E_error2_t* error, void* text) {
    *static_cast<std::string*>(text) = std::string(error->func_name) + ": " + error->desc;
    return 1;  // stop
}

}  // namespace

Quiet::Quiet() {
    H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Quiet::~Quiet() {
    H5Eset_auto2(H5E_DEFAULT, print_, data_);
}

void fail(std::string_view attempted) {
    std::string why = "no reason given";
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, &why);
    throw RunError("cannot build the result file: HDF5 could not " + std::string(attempted) + " (" +
                   why + ")");
}

}  // namespace tidepool::results::h5
