// The files of a message: pictures as pictures, all else by name and size, to be saved.
import type { Message, MessageFile } from "../../../lib/chat/schema.ts";
import { roomStrings } from "../../../lib/chat/strings/room.ts";
import { fileURLs } from "../shared/file_urls.ts";
import { displaySize } from "../shared/picture_size.ts";

type MessageFilesProps = { message: Message; roomID: string };

export function MessageFiles({ message, roomID }: MessageFilesProps) {
  const { id, files, pending, editedAt } = message;
  return files && (
    <ul class="files">
      {files.map((file) => (
        <li key={file.id}>
          <FileLink
            file={file}
            href={`/api/files/${roomID}/${id}/${file.id}`}
            isThere={!pending || editedAt !== undefined}
          />
        </li>
      ))}
    </ul>
  );
}

/** `isThere`: whether the server has it under `href`. */
type FileLinkProps = { file: MessageFile; href: string; isThere: boolean };

function FileLink({ file, href, isThere }: FileLinkProps) {
  const { id, name, size, width, height, alt } = file;
  const own = fileURLs.value.get(id);
  return width && height && (own ?? isThere)
    ? (
      <a class="picture" href={href}>
        <img
          src={own ?? href}
          alt={alt ?? name}
          loading="lazy"
          {...displaySize({ width, height })}
        />
      </a>
    )
    : (
      <a class="file" href={href}>
        <bdi>{name}</bdi> <small>{roomStrings.size(size)}</small>
      </a>
    );
}
