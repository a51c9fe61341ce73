import { compareVersions, fullVersion, newestThatFits, parseWorkflowKey, workflowKey } from './version.js';

describe('versions of a workflow', () => {
  it('are compared by numbers', () => {
    expect(['1.9.0', '1.10.0', '0.1', '2'].sort(compareVersions)).toEqual(['0.1', '1.9.0', '1.10.0', '2']);
    expect(compareVersions('1', '1.0.0')).toBe(0);
  });

  it('are stored in one form', () => {
    expect(['1', '1.2', '01.2.3'].map(fullVersion)).toEqual(['1.0.0', '1.2.0', '1.2.3']);
    expect(workflowKey('audit', '1.2')).toBe('audit.1.2.0');
    expect(parseWorkflowKey('audit.1.2.0')).toEqual({ name: 'audit', version: '1.2.0' });
    expect('audit.1.2.0'.startsWith(workflowKey('audit'))).toBe(true);
  });

  it('the newest that fits is taken', () => {
    const versions = ['1.2.0', '1.10.0', '2.0.0'];
    expect(newestThatFits(versions)).toBe('2.0.0');
    expect(newestThatFits(versions, '1')).toBe('1.10.0');
    expect(newestThatFits(versions, '1.2')).toBe('1.2.0');
    expect(newestThatFits(versions, '1.1')).toBeUndefined();
    expect(newestThatFits([])).toBeUndefined();
  });
});
