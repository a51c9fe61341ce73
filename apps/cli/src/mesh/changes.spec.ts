import { CHANGED, hearChanges } from './changes.js';

describe('changes of who may come in', () => {
  it('are answered one after another, those too that came before anybody could', async () => {
    const changes = hearChanges();
    process.emit(CHANGED);
    let [at, done] = [0, 0];
    changes.answer(async () => {
      expect(++at).toBe(1);
      await new Promise(setImmediate);
      at--;
      done++;
    });
    process.emit(CHANGED);
    await changes.end();
    expect(done).toBe(2);
    process.emit(CHANGED);
    await changes.end();
    expect(done).toBe(2);
    changes.stop();
    expect(process.listenerCount(CHANGED)).toBe(0);
  });

  it('keep nobody waiting where a start failed', async () => {
    const changes = hearChanges();
    process.emit(CHANGED);
    await changes.end();
    changes.stop();
  });
});
