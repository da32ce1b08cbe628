/**
 * `SEAL_MISFIT`: the folder and the head in Redis are not of one chain, so nothing is sealed: the chain is never forked.
 * `SEAL_TAKEN_OVER`: another process seals now. `SEAL_HEAD_DAMAGED`: what Redis holds is no head. `SEAL_FILE_CHANGED`:
 * somebody wrote into the open segment.
 */
export type SealErrorCode = 'SEAL_MISFIT' | 'SEAL_TAKEN_OVER' | 'SEAL_HEAD_DAMAGED' | 'SEAL_FILE_CHANGED';

/** A failure with a code and a sentence for people. */
export function sealError(code: SealErrorCode, message: string): Error & { code: SealErrorCode } {
  return Object.assign(new Error(message), { code });
}
