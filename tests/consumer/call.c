/* Plans through the C function, with nothing but the installed library. */
#include <isoflop/isoflop.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  char* answer =
      isoflop_call("{\"verb\": \"plan\", \"law\": \"besiroglu2024\", \"flops\": \"5.76e23\"}");
  const int planned = strstr(answer, "\"status\": \"optimal\"") != NULL;
  printf("%.60s\n", answer);
  isoflop_free(answer);
  answer = isoflop_call("{\"verb\": \"plan\", \"law\": \"besiroglu2024\", \"flops\": \"many\"}");
  const int refused = strstr(answer, "\"field\": \"flops\"") != NULL;
  isoflop_free(answer);
  return planned && refused ? 0 : 1;
}
