// expect: a ForeignKey takes members that hold one reference each
// errors: 1
#include "shop.inc"

struct Parcel {
    std::uint64_t number{};
#ifdef MISUSE
    std::vector<std::uint64_t> customer{};
#else
    std::uint64_t customer{};
#endif
};

#ifdef MISUSE
inline constexpr auto kCustomer = cambium::each<&Parcel::customer>;
#else
inline constexpr auto kCustomer = &Parcel::customer;
#endif

struct Parcels : cambium::Table<"parcels", Parcel, cambium::PrimaryKey<&Parcel::number>, cambium::Cbor,
                                cambium::ForeignKey<"customer", Customers, kCustomer, cambium::cascade_erase>> {};

template void use<Parcels>(const Parcels::Record&);
