// expect: ExpiresAt needs a pointer to a member of the table's record, of type cambium::Timestamp or
// errors: 1
#include "shop.inc"

struct Token {
    std::uint64_t id{};
    std::string text{};
    cambium::Timestamp end{};
};

#ifdef MISUSE
using End = cambium::ExpiresAt<&Token::text>;
#else
using End = cambium::ExpiresAt<&Token::end>;
#endif

struct Tokens : cambium::Table<"tokens", Token, cambium::PrimaryKey<&Token::id>, cambium::Cbor, End> {};

template void use<Tokens>(const Tokens::Record&);
