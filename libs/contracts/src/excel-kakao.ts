import { z } from 'zod';
import { fileIdSchema } from './file.ts';

/** Payload of task type `excel_kakao`, action `chat_to_excel`: uploaded KakaoTalk exports to one Excel workbook. */
export const chatToExcelPayloadSchema = z
  .strictObject({
    action: z.literal('chat_to_excel'),
    files: z.array(fileIdSchema).min(1).max(50),
    timezone: z.string().max(64).default('Asia/Seoul'),
  })
  .meta({ id: 'ChatToExcelPayload' });
export type ChatToExcelPayload = z.infer<typeof chatToExcelPayloadSchema>;

/** Result of `chat_to_excel`; the counts are the row counts of the workbook's sheets. */
export const chatToExcelResultSchema = z
  .object({
    workbook: z.object({ file_id: fileIdSchema, name: z.string(), bytes: z.int().min(0) }),
    formats: z.array(z.string()),
    counts: z.object({
      messages: z.int().min(0),
      system: z.int().min(0),
      participants: z.int().min(0),
      days: z.int().min(0),
      unparsed: z.int().min(0),
    }),
  })
  .meta({ id: 'ChatToExcelResult' });
export type ChatToExcelResult = z.infer<typeof chatToExcelResultSchema>;

/**
 * Every task type the platform accepts, with the schema of its payload. A type that is not here is 422
 * UNKNOWN_TASK_TYPE; a payload that does not fit is 422 PAYLOAD_INVALID. Adding a type is one line here.
 */
export const taskTypes = {
  excel_kakao: chatToExcelPayloadSchema,
} as const;
export type TaskType = keyof typeof taskTypes;
