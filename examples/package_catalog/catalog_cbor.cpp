// The catalogue stored as CBOR. The line `using Codec` is what chooses it: the tables, their indexes and every
// query are the same in all three files.
#include <cambium/codec/cbor.hpp>

#include "catalog_in.hpp"

namespace catalog {

using Codec = cambium::Cbor;

std::unique_ptr<Catalog> open_cbor_catalog(const std::string& path, Access access) {
    return std::make_unique<CatalogIn<Codec>>(path, access);
}

}  // namespace catalog
