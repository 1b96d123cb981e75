// Choosing the codec of a store at run time.
#include "catalog.hpp"

#include <cambium/base/error.hpp>
#include <iterator>

namespace catalog {
namespace {

using Open = std::unique_ptr<Catalog> (*)(const std::string&, Access);
constexpr Open kOpen[] = {open_json_catalog, open_cbor_catalog, open_flatbuffers_catalog};
static_assert(std::size(kOpen) == std::size(kCodecNames));

}  // namespace

std::unique_ptr<Catalog> open_catalog(const std::string& path, std::string_view codec, Access access) {
    for (std::size_t i = 0; i < std::size(kOpen); ++i) {
        if (kCodecNames[i] == codec) return kOpen[i](path, access);
    }
    throw cambium::Error(cambium::ErrorCode::invalid_argument,
                         "\"" + std::string(codec) + "\" is not a codec of this program: json, cbor, flatbuffers");
}

// The file knows the codec of its tables, and refuses a declaration with another one. Opened for reading, nothing
// is created in a file that holds other tables.
std::unique_ptr<Catalog> open_catalog(const std::string& path, Access access) {
    std::string refusals;
    for (std::size_t i = 0; i < std::size(kOpen); ++i) {
        try {
            std::unique_ptr<Catalog> catalog = kOpen[i](path, Access::read);
            if (access == Access::read) return catalog;
            catalog.reset();
            return kOpen[i](path, access);
        } catch (const cambium::Error& error) {
            if (error.code() != cambium::ErrorCode::schema && error.code() != cambium::ErrorCode::read_only) throw;
            refusals.append("\n  as ").append(kCodecNames[i]).append(": ").append(error.what());
        }
    }
    throw cambium::Error(cambium::ErrorCode::schema,
                         path + " holds no package catalogue of this program:" + refusals);
}

}  // namespace catalog
