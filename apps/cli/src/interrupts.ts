/** Ctrl-C in a terminal reaches a process twice when whoever started it passes it on as well. */
const ONE_KEYSTROKE = 400;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Aborts on Ctrl-C, SIGTERM, SIGHUP, or when the process that started this one is gone. A second time ends at once, with 130. */
export const listenForInterrupts = (): { signal: AbortSignal; stop(): void } => {
  const interrupted = new AbortController();
  let first = 0;
  const interrupt = (): void => {
    if (!interrupted.signal.aborted) {
      first = performance.now();
      interrupted.abort();
    } else if (performance.now() - first > ONE_KEYSTROKE) {
      process.exit(130);
    }
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  process.on('disconnect', interrupt);
  process.channel?.unref();
  return {
    signal: interrupted.signal,
    stop: () => {
      for (const signal of SIGNALS) process.off(signal, interrupt);
      process.off('disconnect', interrupt);
    },
  };
};
