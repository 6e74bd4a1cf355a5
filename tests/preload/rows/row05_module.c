/* A module with 64 bytes of TLS. STATIC_TLS: of the initial-exec kind, from the loader's reserve.
 */
#ifdef STATIC_TLS
#define MODEL __attribute__((tls_model("initial-exec")))
#else
#define MODEL __attribute__((tls_model("global-dynamic")))
#endif

MODEL __thread int variables[16] = {1234};

int* module_variable(void) {
  return &variables[0];
}
