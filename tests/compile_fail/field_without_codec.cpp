// expect: no codec for this field type
// errors: 1
#include <memory>

#include "shop.inc"

struct Picture {
    std::uint64_t id{};
#ifdef MISUSE
    std::shared_ptr<std::string> bytes{};
#else
    std::optional<std::string> bytes{};
#endif
};

struct Pictures : cambium::Table<"pictures", Picture, cambium::PrimaryKey<&Picture::id>, cambium::Cbor> {};

template void use<Pictures>(const Pictures::Record&);
