#include "mysql/bio.h"

#include "base/assert.h"

namespace sluice::mysql {
namespace {

int mark_ready(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

}  // namespace

BIO_METHOD* make_bio_method(const char* name, const BioFunctions& functions) {
  BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, name);
  SLUICE_ASSERT(made != nullptr);
  BIO_meth_set_write(made, functions.write);
  BIO_meth_set_read(made, functions.read);
  BIO_meth_set_ctrl(made, functions.control);
  BIO_meth_set_create(made, &mark_ready);
  return made;
}

BIO* make_bio(BIO_METHOD* method, void* data) {
  BIO* bio = BIO_new(method);
  SLUICE_ASSERT(bio != nullptr);
  BIO_set_data(bio, data);
  return bio;
}

}  // namespace sluice::mysql
