import { inertLines, inertText } from '../inert-text.ts';
import { present } from '../present.ts';
import { bodyOf, given, type Subcommand } from '../subcommand.ts';
import { heading } from '../views/view-style.ts';

/** Drafts of pull requests for held letters. */
export const pullRequestDrafts: Subcommand = {
  name: 'pr',
  summary: 'print title and text of a pull request for held letters; nothing is opened',
  options: ['limit'],
  examples: [['pr --limit 3', 'drafts for the three oldest']],
  async run(call, context) {
    const { client, words } = context;
    const answer = bodyOf(await client.holdPr({ query: given({ limit: call.values.limit }) }));
    present(
      answer,
      (style) => {
        if (answer.items.length === 0) return `${words.noLetters('hold')}\n`;
        const drafts = answer.items.map(({ title, body }) => {
          return `${style.paint('bold', inertText(title))}\n\n${inertLines(body).join('\n')}\n`;
        });
        return `${heading(words.draftTitle(String(answer.count)), style)}${drafts.join('\n---\n\n')}`;
      },
      { call, context },
    );
    return 0;
  },
};
