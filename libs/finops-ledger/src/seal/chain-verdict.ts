/**
 * What is wrong with a line of a chain. `changed`: its hash does not fit its text. `missing`: records before it were
 * removed (or replaced by nothing that fits). `inserted`: a record that the chain does not have. `duplicate`: the record
 * stands in the file twice. `reordered`: it stands elsewhere than the chain has it. `cut`: the file ends early, or its end
 * was replaced. `added`: it stands behind the end. `unreadable`: no record at all.
 */
export type ChainDamage =
  'changed' | 'missing' | 'inserted' | 'duplicate' | 'reordered' | 'cut' | 'added' | 'unreadable';

/** The first bad line, counted from 1; `text` is a sentence for people without anything of the record in it. */
export type ChainProblem = { line: number; damage: ChainDamage; text: string };

/** Where a chain of records begins and ends. */
export type ChainExtent = {
  lines: number;
  /** `prev_hash` of the first line; 64 zeros = the beginning of the chain. Of an empty file too. */
  first_prev_hash: string;
  last_hash: string;
  /** Places where an export left out records outside its window, as it says itself. */
  gaps: number;
  /** Lines that hold the sealed record in another spelling: other order of members, spaces, escapes. */
  respelled: number;
};

export type ChainVerdict = ChainExtent & { ok: boolean; problem: ChainProblem | undefined };
