// expect: set() of a bool member takes a bool, and no number, pointer or text in its place
// errors: 1
#include "shop.inc"

struct Switch {
    std::uint64_t id{};
    bool on{};
};
struct Switches : cambium::Table<"switches", Switch, cambium::PrimaryKey<&Switch::id>, cambium::Cbor> {};

void patch(cambium::Writer<Switches>& switches) {
#ifdef MISUSE
    switches.patch(7, cambium::set<&Switch::on>(2));
#else
    switches.patch(7, cambium::set<&Switch::on>(2 > 1));
#endif
}
