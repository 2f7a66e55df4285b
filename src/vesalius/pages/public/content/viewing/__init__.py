"""Looking at images: frames for viewers, pictures of views, series side by side, sheets and reels."""
