export interface Sized {
  size: number;
}

export interface Cell<T> {
  item: T;
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** How far from square the worst cell of a row would be. */
const worst = (sizes: readonly number[], side: number): number => {
  const sum = sizes.reduce((a, b) => a + b, 0);
  return Math.max((side * side * Math.max(...sizes)) / (sum * sum), (sum * sum) / (side * side * Math.min(...sizes)));
};

/** Lays items out in a rectangle, areas by size and cells near to square (Bruls, Huizing, van Wijk 2000). Items must be sorted by falling size. */
export const treemap = <T extends Sized>(items: readonly T[], width: number, height: number): Cell<T>[] => {
  const total = items.reduce((sum, item) => sum + item.size, 0);
  if (total <= 0) return [];
  const scale = (width * height) / total;
  const cells: Cell<T>[] = [];
  let rest: Rect = { x: 0, y: 0, width, height };
  let at = 0;
  while (at < items.length) {
    const side = Math.min(rest.width, rest.height);
    let end = at + 1;
    let sizes = [items[at]!.size * scale];
    while (end < items.length) {
      const wider = [...sizes, items[end]!.size * scale];
      if (worst(wider, side) > worst(sizes, side)) break;
      sizes = wider;
      end++;
    }
    rest = placeRow(items.slice(at, end), { sizes, rest, cells });
    at = end;
  }
  return cells;
};

const placeRow = <T extends Sized>(
  row: readonly T[],
  { sizes, rest, cells }: { sizes: readonly number[]; rest: Rect; cells: Cell<T>[] },
): Rect => {
  const area = sizes.reduce((a, b) => a + b, 0);
  const upright = rest.width >= rest.height;
  const thickness = area / Math.max(upright ? rest.height : rest.width, Number.EPSILON);
  let offset = 0;
  for (const [at, item] of row.entries()) {
    const length = sizes[at]! / Math.max(thickness, Number.EPSILON);
    cells.push(
      upright
        ? { item, x: rest.x, y: rest.y + offset, width: thickness, height: length }
        : { item, x: rest.x + offset, y: rest.y, width: length, height: thickness },
    );
    offset += length;
  }
  return upright
    ? { x: rest.x + thickness, y: rest.y, width: rest.width - thickness, height: rest.height }
    : { x: rest.x, y: rest.y + thickness, width: rest.width, height: rest.height - thickness };
};
