import { defineAgent } from '@nexus/agent-sdk';
import { chatToExcel } from './chat-to-excel.ts';

/** The agent of task type `excel_kakao`. Its actions: `chat_to_excel`. */
export const excelKakao = defineAgent({ name: 'worker-excel-kakao', tasks: { excel_kakao: chatToExcel } });
