/* The C way in: every verb by a request in JSON. Link isoflop::api. */
#ifndef ISOFLOP_ISOFLOP_H
#define ISOFLOP_ISOFLOP_H

#ifdef __cplusplus
extern "C" {
#endif

/* Does what a request says, {"verb": "plan", "law": "krajewski2024-e64", "flops": [1e21]}, and
 * returns the JSON of the outcome, or {"error": {"kind", "field", "text"}} where there is none:
 * kind is "invalid_argument", "data" or "failed", field is "" unless the fault is that of one.
 * Never NULL but where memory is out. May be called from any number of threads at a time. */
char* isoflop_call(const char* request_json);

/* Gives back what isoflop_call returned; NULL is nothing to give back. */
void isoflop_free(char* text);

#ifdef __cplusplus
}
#endif

#endif
