/**
 * Whether what stands has all that is wanted. What the server adds (defaults, metadata) does not count, nor what is
 * wanted as undefined; a wanted false, 0, -1 or empty list stands also where the server leaves it out.
 */
export const stands = (wanted: unknown, actual: unknown): boolean => {
  if (Array.isArray(wanted)) {
    const list = Array.isArray(actual) ? actual : [];
    return wanted.length === list.length && wanted.every((item, i) => stands(item, list[i]));
  }
  if (wanted !== null && typeof wanted === 'object') {
    const other = (actual ?? {}) as Record<string, unknown>;
    return Object.entries(wanted).every(([key, value]) => value === undefined || stands(value, other[key]));
  }
  return wanted === actual || (actual === undefined && (wanted === false || wanted === 0 || wanted === -1));
};
