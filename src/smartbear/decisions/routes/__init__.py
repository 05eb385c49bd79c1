"""HTTP of ``decisions``: limits, episodes and rules for people, standings for components."""
