/**
 * Calls back once so many milliseconds have passed. What came meanwhile is read first, also where this process stood still:
 * then a timer alone is over before anything that waits at its sockets. Returns how to call it off.
 */
export const afterSilence = (millis: number, then: () => void): (() => void) => {
  let read: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    read = setImmediate(then);
  }, millis);
  return () => {
    clearTimeout(timer);
    clearImmediate(read);
  };
};
