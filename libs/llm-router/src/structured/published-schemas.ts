import { z } from 'zod';

/** What a chat agent wants done. Other members are allowed: agents add their own. */
export const excelKakaoOutput = z
  .looseObject({
    action: z.enum(['create_group', 'add_members', 'send_message', 'noop']),
    result: z.looseObject({ text: z.string().min(1).describe('What was done or is to be sent.') }),
    warnings: z.array(z.string()).optional(),
  })
  .describe('What is to be done in a chat, and the text for it.');

/** A proposed fix of a failure. No other members, on any level. A patch may be "": nothing to change there. */
export const fixSuggestion = z
  .strictObject({
    issue_summary: z.string().min(1),
    probable_root_cause: z.string().min(1),
    proposed_changes: z
      .strictObject({ prompt_patch: z.string(), schema_patch: z.string(), code_patch: z.string() })
      .describe('Unified diffs; "" where nothing is to be changed.'),
    risk: z.string().describe('What could go wrong when the changes are made.'),
    verification: z.strictObject({
      tests: z.array(z.string()).min(1),
      dry_run_steps: z.array(z.string()).min(1),
    }),
  })
  .describe('A proposed fix for a failure of a task.');

/** The schemas callers may ask for by name. To publish another one, add a line and its file under `schemas/`. */
export const publishedSources = { excel_kakao_output: excelKakaoOutput, fix_suggestion: fixSuggestion } as const;

export type ExcelKakaoOutput = z.infer<typeof excelKakaoOutput>;
export type FixSuggestion = z.infer<typeof fixSuggestion>;
