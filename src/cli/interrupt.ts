/** Signals closer together are one: npm hands on a Ctrl-C that the terminal has sent already. */
const togetherMilliseconds = 200;

/** Fires at the first Ctrl-C (or SIGTERM); the next one ends the process at once, with exit code 130. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  const interrupt = () => {
    if (!controller.signal.aborted) {
      first = performance.now();
      controller.abort();
    } else if (performance.now() - first > togetherMilliseconds) {
      process.exit(130);
    }
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  return controller.signal;
}
