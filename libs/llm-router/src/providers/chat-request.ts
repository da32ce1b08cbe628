import type {
  ChatCompletionMessageParam,
  ChatCompletionTool,
  ChatCompletionToolChoiceOption,
} from 'openai/resources/chat/completions';
import type { ModelMessage, ModelTool, ModelToolChoice } from '../model.ts';

/** Messages as chat completions take them. */
export function chatMessages(messages: ModelMessage[]): ChatCompletionMessageParam[] {
  return messages.map(chatMessage);
}

function chatMessage(message: ModelMessage): ChatCompletionMessageParam {
  if (message.role !== 'assistant') return message;
  const { role, content, tool_calls } = message;
  if (tool_calls === undefined || tool_calls.length === 0) return { role, content };
  return {
    role,
    content: content === '' ? null : content,
    tool_calls: tool_calls.map(({ id, name, arguments: written }) => ({
      id,
      type: 'function',
      function: { name, arguments: written },
    })),
  };
}

export function chatTools(tools: ModelTool[]): ChatCompletionTool[] {
  return tools.map(({ name, description, parameters }) => ({
    type: 'function',
    function: { name, ...(description === undefined ? {} : { description }), parameters },
  }));
}

export function chatToolChoice(choice: ModelToolChoice): ChatCompletionToolChoiceOption {
  return typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } };
}
