// The versions of the evolution model that begin in JSON, and go on in CBOR.
#include "evolution_tables.hpp"

namespace cambium::test {

EvolutionChain json_chain() {
    return evolution::named_chain<Json, Cbor>("json", 1);
}

}  // namespace cambium::test
