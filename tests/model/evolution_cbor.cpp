// The versions of the evolution model that begin in CBOR, and go on in JSON.
#include "evolution_tables.hpp"

namespace cambium::test {

EvolutionChain cbor_chain() {
    return evolution::named_chain<Cbor, Json>("cbor", 0);
}

}  // namespace cambium::test
