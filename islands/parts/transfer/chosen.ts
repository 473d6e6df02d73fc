// What a person has chosen on this device, as rooms that can be imported. Loaded on use: it knows all emoji by Slack's names.
import "../shared/shared_chunk.ts";
import {
  type Folder,
  MAX_FILE_BYTES,
  MAX_FILES,
  tooLarge,
  tooMany,
} from "../../../lib/chat/transfer/folder.ts";
import {
  type RoomSource,
  sourcesInFile,
  sourcesInFolder,
} from "../../../lib/chat/transfer/sources.ts";

/** The rooms in one file. Throws a refusal. */
export const roomsInFile = (file: File): Promise<RoomSource[]> =>
  sourcesInFile({
    name: file.name,
    at: file.lastModified,
    bytes: {
      size: file.size,
      slice: async (start, end) =>
        new Uint8Array(await file.slice(start, end).arrayBuffer()),
    },
  });

/** The rooms in a folder, of which the browser hands out all files. Throws a refusal. */
export async function roomsInFolder(
  files: readonly File[],
): Promise<RoomSource[]> {
  if (files.length > MAX_FILES) throw tooMany();
  const byPath = new Map(files.map((file) => [file.webkitRelativePath, file]));
  const folder: Folder = {
    paths: [...byPath.keys()],
    read(path) {
      const file = byPath.get(path)!;
      if (file.size > MAX_FILE_BYTES) throw tooLarge(path);
      return file.text();
    },
  };
  const size = files.reduce((sum, { size }) => sum + size, 0);
  const [root] = (files[0]?.webkitRelativePath ?? "").split("/");
  const source = JSON.stringify([root.slice(-200), files.length, size]);
  return await sourcesInFolder(source, folder);
}
