/** The jobs that every contestant runs: their shapes, and how often. */
const layers = 10;
const width = 10;
const name = (layer, i) => `l${layer}t${i}`;

/** About 300 bytes of a message in all. */
export const FILL = 'x'.repeat(190);

/** Tasks and what each waits for. */
export const shapes = {
  one: [{ id: 't', needs: [] }],
  steps3: [0, 1, 2].map((i) => ({ id: `s${i}`, needs: i ? [`s${i - 1}`] : [] })),
  fan100: Array.from({ length: 100 }, (_, i) => ({ id: `t${i}`, needs: [] })),
  dag: Array.from({ length: layers }, (_, layer) =>
    Array.from({ length: width }, (_, i) => ({
      id: name(layer, i),
      needs: layer ? Array.from({ length: width }, (_, j) => name(layer - 1, j)) : [],
    })),
  ).flat(),
};

/** The tasks of a shape by layers: each layer waits for all of the one before. */
export const layersOf = (shape) => {
  const depths = new Map();
  const layers = [];
  for (const task of shapes[shape]) {
    const depth = Math.max(-1, ...task.needs.map((need) => depths.get(need))) + 1;
    depths.set(task.id, depth);
    (layers[depth] ??= []).push(task);
  }
  return layers;
};

export const counts = { warm: 400, one: 300, rate: 6000, steps3: 120, fan100: 12, dag: 12, dags: 60 };

/** For a look in passing: too few for figures to quote. */
export const countLess = () => Object.assign(counts, { one: 100, rate: 2000, steps3: 30, fan100: 5, dag: 5, dags: 20 });
