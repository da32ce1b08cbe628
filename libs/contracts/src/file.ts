import { z } from 'zod';

/** Opaque id of a stored file: equal content under an equal name has an equal id. */
export const fileIdSchema = z.string().regex(/^file_[a-z0-9]{16,64}$/);

/** Answer of `POST /files`. `bytes` is the size; `sha256` is 64 lowercase hex digits over the content. */
export const storedFileSchema = z
  .object({
    file_id: fileIdSchema,
    name: z.string(),
    bytes: z.int().min(0),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  })
  .meta({ id: 'StoredFile' });
export type StoredFile = z.infer<typeof storedFileSchema>;
