import { Agent, Skill, type TaskContext } from '@waggle/agent';
import { CountWords, WordCount } from './count-dtos.js';
import { countWords } from './domain/count-words.js';

@Agent({ name: 'word-counter', description: 'Counts words', capabilities: ['text'] })
export class WordCounter {
  @Skill({
    id: 'words.count',
    description: 'Words, lines, characters, and the most frequent words',
    input: CountWords,
    output: WordCount,
    timeout: '10s',
  })
  async count(input: CountWords, ctx: TaskContext): Promise<WordCount> {
    ctx.log.debug('counting', { characters: input.text.length });
    return countWords(input.text, input.top ?? 10);
  }
}
