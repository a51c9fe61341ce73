import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/**
 * The doc comments of all classes in a folder and of their fields, by `Class` and `Class.field`:
 * the code says once what a field means, and the published schemas repeat it.
 */
export const commentsOf = (folder) => {
  const comments = new Map();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))) {
    const text = readFileSync(path.join(folder, file), 'utf8');
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
    source.forEachChild((node) => {
      if (!ts.isClassDeclaration(node) || !node.name) return;
      keep(comments, node.name.text, node);
      for (const member of node.members) {
        if (ts.isPropertyDeclaration(member)) keep(comments, `${node.name.text}.${member.name.getText(source)}`, member);
      }
    });
  }
  return comments;
};

const keep = (comments, name, node) => {
  const comment = ts.getTextOfJSDocComment(ts.getJSDocCommentsAndTags(node).at(-1)?.comment);
  if (comment) comments.set(name, comment.replaceAll(/\s*\n\s*/g, ' '));
};
